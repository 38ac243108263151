import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";

/** Whether wrk is there: it takes less of the machine than the client of this package, so that the server is what is measured. */
export function hasWrk(): boolean {
  return spawnSync("wrk", ["--version"], { stdio: "ignore" }).error === undefined;
}

/** Requests that were answered within whole `seconds`, over 32 keep-alive connections, one at a time on each. */
export async function wrk(url: string, seconds: number): Promise<number> {
  const { stdout } = await promisify(execFile)("wrk", ["-t1", "-c32", `-d${Math.ceil(seconds)}s`, url]);
  const [, answered] = /(\d+) requests in/.exec(stdout) ?? [];
  if (answered === undefined || /Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk: ${stdout.trim()}`);
  return Number(answered);
}
