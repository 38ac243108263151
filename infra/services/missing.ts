import { spawnSync } from "node:child_process";

/** Why a server cannot run on this machine, or `undefined` where it does. */
export function missing(command: string): string | undefined {
  const { error, status } = spawnSync(command, ["--version"]);
  if (error !== undefined) return `${command} is not installed: ${error.message}`;
  return status === 0 ? undefined : `${command} --version ends with status ${status}`;
}
