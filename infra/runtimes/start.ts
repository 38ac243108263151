import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A server in a runtime of its own. */
export interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a command and waits until it prints `{"port":N}`, as it does when it listens. */
export async function start(command: string, args: readonly string[], cwd: string): Promise<Served> {
  const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const ended = once(child, "close");
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaints += chunk;
  });
  const lines = createInterface({ input: child.stdout });
  const listening = new Promise<number>((resolve) => {
    lines.on("line", (line) => {
      if (line.startsWith('{"port":')) resolve(JSON.parse(line).port);
    });
  });
  const port = await Promise.race([listening, ended.then(() => undefined)]);
  if (port === undefined) throw new Error(`${command} ${args.join(" ")} ended before it listened:\n${complaints}`);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      // The whole group: some runtimes come behind a launcher that keeps signals to itself.
      if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
      await ended;
    },
  };
}
