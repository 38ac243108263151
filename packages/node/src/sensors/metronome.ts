/** Milliseconds between two beats. */
export const BEAT = 100;

const listeners = new Set<() => void>();
let timer: NodeJS.Timeout | undefined;

/**
 * Calls `listener` ten times a second while the main thread turns. All who need that share one timer: to wake a process that has nothing to
 * do costs more than what is done then. The timer keeps no process alive. Returns a function that ends it.
 */
export function eachBeat(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(beat, BEAT).unref();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function beat(): void {
  for (const listener of listeners) listener();
}
