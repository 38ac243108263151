import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Case } from "./case.ts";

const SERVE = join(import.meta.dirname, "../cases/lib/serve.js");
const MOST_STDERR = 8_000;

/** How an application of a case is started. */
export interface StartOptions {
  /** The runtime's path. */
  readonly node: string;
  /** What is given to `--import`; `undefined`: nothing is attached. */
  readonly preload: string | undefined;
  /** Where incidents are written. */
  readonly dir: string;
  readonly cwd: string;
}

/** The application of a case, in a process of its own. */
export interface Application {
  readonly port: number;
  readonly pid: number;
  /** How it ended; `undefined` while it runs. */
  exit(): { readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined;
  stderr(): string;
  kill(): Promise<void>;
}

/** Starts it, unchanged, and waits until it listens. Rejects where it ends before that. */
export async function startApplication(subject: Case, { node, preload, dir, cwd }: StartOptions): Promise<Application> {
  const child = fork(SERVE, [subject.file], {
    cwd,
    execPath: node,
    execArgv: [
      `--max-old-space-size=${subject.heapMb ?? 512}`,
      ...(preload === undefined ? [] : ["--import", preload]),
    ],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: environment(subject, dir),
  });
  let stderr = "";
  child.stderr?.on("data", (chunk) => {
    if (stderr.length < MOST_STDERR) stderr += chunk;
  });
  const port = await portOf(child, () => stderr);
  return {
    port,
    pid: child.pid ?? 0,
    exit: () => ended(child),
    stderr: () => stderr,
    async kill() {
      if (ended(child)) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

// What this process was given for itself is no business of the application's.
function environment({ env = {}, id }: Case, dir: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(SOP_|NODE_OPTIONS|NODE_ENV|npm_|VITEST)/.test(name));
  return { ...Object.fromEntries(kept), SOP_DIR: dir, SOP_SERVICE: id, ...env };
}

function ended({ exitCode: code, signalCode: signal }: ChildProcess) {
  return code === null && signal === null ? undefined : { code, signal };
}

function portOf(child: ChildProcess, stderr: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on("message", (message: { readonly t?: string; readonly port?: number }) => {
      if (message.t === "ready" && message.port !== undefined) resolve(message.port);
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`it ended at its start (${code ?? signal}): ${stderr()}`)));
  });
}
