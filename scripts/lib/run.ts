import { spawn, spawnSync } from "node:child_process";
import { root } from "../../tooling/workspace.ts";

const quiet = { TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };
const plain = process.env["CI"] ? { NO_COLOR: "1", FORCE_COLOR: "0" } : {};

/** Runs a command in the foreground; ends this process with its status when it fails. */
export function run(command: string, args: readonly string[], { cwd = root } = {}): void {
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: "inherit",
    env: { ...process.env, ...quiet, ...plain },
  });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** Runs a command out of sight and gives what it wrote, both streams in one. */
export function capture(command: string, args: readonly string[], { cwd = root } = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...quiet, NO_COLOR: "1", FORCE_COLOR: "0" } });
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => resolve({ ok: false, output: error.message }));
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

export interface Outcome {
  readonly ok: boolean;
  readonly output: string;
}

/** Turbo, without telemetry and with output only where something fails. */
export function turbo(args: readonly string[]): void {
  run("turbo", ["run", ...args, "--ui=stream", "--output-logs=errors-only", "--log-order=grouped"]);
}
