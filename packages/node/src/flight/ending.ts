const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

interface Endings {
  readonly tasks: Set<() => void>;
  readonly listeners: Set<unknown>;
}

// One for the process, also where this module is there twice, as ESM and as CommonJS.
const KEY = Symbol.for("sop.endings");
const holder = globalThis as typeof globalThis & { [KEY]?: Endings | undefined };

/**
 * Runs `task` where a signal that asks the process to end is about to end it because nobody listens to it; it ends by that signal then, as it would have.
 * A signal that others listen to is theirs. Returns a function that takes the task away.
 */
export function ending(task: () => void): () => void {
  const endings = holder[KEY] ?? listen();
  holder[KEY] = endings;
  endings.tasks.add(task);
  return () => {
    endings.tasks.delete(task);
    if (endings.tasks.size > 0) return;
    for (const signal of SIGNALS) for (const ours of endings.listeners) process.off(signal, ours as () => void);
    holder[KEY] = undefined;
  };
}

function listen(): Endings {
  const tasks = new Set<() => void>();
  const ended = (signal: NodeJS.Signals): void => {
    if (process.listeners(signal).some((listener) => listener !== ended)) return;
    for (const task of tasks) task();
    process.off(signal, ended);
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.on(signal, ended);
  return { tasks, listeners: new Set([ended]) };
}
