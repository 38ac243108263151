import { spawn, spawnSync } from "node:child_process";
import { root } from "../../tooling/workspace.ts";

const quiet = { TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };
const plain = { NO_COLOR: "1", FORCE_COLOR: "0" };
const colour = process.env["CI"] ? plain : {};

interface Where {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command in the foreground; false when it fails. */
export function run(command: string, args: readonly string[], { cwd = root, env = {} }: Where = {}): boolean {
  const child = spawnSync(command, args, {
    cwd,
    stdio: "inherit",
    env: { ...process.env, ...quiet, ...colour, ...env },
  });
  if (child.error) console.error(`${command}: ${child.error.message}`);
  return child.status === 0;
}

/** As `run`, and ends this process when the command fails. */
export function must(command: string, args: readonly string[], where?: Where): void {
  if (!run(command, args, where)) process.exit(1);
}

/** Runs a command out of sight and gives what it wrote, both streams in one. */
export function capture(
  command: string,
  args: readonly string[],
  { cwd = root, env = {} }: Where = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...quiet, ...plain, ...env },
    });
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

/** Arguments of turbo for output only where something fails, and in one piece. */
export function turboArgs(args: readonly string[]): string[] {
  return ["run", ...args, "--ui=stream", "--output-logs=errors-only", "--log-order=grouped"];
}
