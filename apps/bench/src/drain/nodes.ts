import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** A Node that runs here. */
export interface NodeVersion {
  /** `20.20.2`. */
  readonly version: string;
  readonly path: string;
}

const runtimes = join(import.meta.dirname, "../../../../infra/runtimes/node_modules");

/** This Node, and those that `pnpm test:infra` has fetched. */
export function nodes(): NodeVersion[] {
  const paths = ["20", "22", "26"].map((major) => join(runtimes, `node${major}/bin/node`));
  return [process.execPath, ...paths].flatMap((path) => {
    const { stdout, status } = spawnSync(path, ["--version"], { encoding: "utf8" });
    return status === 0 ? [{ version: stdout.trim().slice(1), path }] : [];
  });
}
