import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { basename } from "node:path";

/** How a service is started. */
export interface ServiceSettings {
  /** Its built entry file. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where what it writes is kept. */
  readonly log: string;
}

/** The end of one of a service's processes. */
export interface ServiceEnd {
  readonly at: number;
  readonly code: number | null;
}

const PATIENCE = 15_000;
const LEAVING = 3_000;

/** A service and its supervisor: a process that ends is started again at once, on the same port. */
export class ServiceProcess {
  readonly name: string;
  readonly #settings: ServiceSettings;
  readonly #log: number;
  readonly ends: ServiceEnd[] = [];
  #child: ChildProcess | undefined;
  #port = 0;
  #isStopped = false;
  #started: Promise<void> | undefined;

  constructor(settings: ServiceSettings) {
    this.name = basename(settings.entry, ".js");
    this.#settings = settings;
    this.#log = openSync(settings.log, "a");
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts it; done when it listens. Throws where it does not, with the place of its log. */
  async start(): Promise<void> {
    const { entry, env, log } = this.#settings;
    const child = fork(entry, [], {
      // As a small container has it: a heap that is large is collected so seldom that nobody can tell what stays in it.
      execArgv: ["--max-old-space-size=96"],
      env: { ...process.env, ...env, PORT: String(this.#port) },
      stdio: ["ignore", this.#log, this.#log, "ipc"],
    });
    this.#child = child;
    child.once("exit", (code) => this.#ended(code));
    const stop = AbortSignal.timeout(PATIENCE);
    const gone = once(child, "exit", { signal: stop }).then(() => undefined);
    const heard = once(child, "message", { signal: stop }).then(([message]) => message as { listening: number });
    const told = await Promise.race([heard, gone]).catch(() => undefined);
    for (const late of [heard, gone]) late.catch(() => {});
    if (told === undefined) throw new Error(`${this.name} does not listen: see ${log}`);
    this.#port = told.listening;
  }

  /** Has another process take its place; done when that listens. One that does not leave in time is killed: what is stuck stays so. */
  async replace(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const kill = setTimeout(() => void child.kill("SIGKILL"), LEAVING);
    child.kill("SIGTERM");
    await once(child, "exit");
    clearTimeout(kill);
    await this.#started;
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    closeSync(this.#log);
  }

  #ended(code: number | null): void {
    if (this.#isStopped) return;
    this.ends.push({ at: Date.now(), code });
    // One that cannot be started again is seen on the traffic.
    this.#started = this.start().catch(() => {});
  }
}
