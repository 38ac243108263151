import { existsSync } from "node:fs";
import { createSop as createCoreSop, type Sop, type SopOptions } from "@sop/core";
import { fileSource } from "./sources/file.js";

/** Options of {@link createSop}: those of the core, and the Node parts. */
export interface NodeOptions extends SopOptions {
  /** Path of the `sop.yaml` whose flags are watched. Default: `SOP_CONFIG`, else `sop.yaml` where there is one; `false`: none. */
  readonly config?: string | false;
}

/**
 * `createSop` of the core, with the Node parts on: flags come from a watched `sop.yaml` too, as a layer above `flags` and below
 * `sources`. Throws `SOP_ERR_OPTION` that names every problem of the options.
 */
export function createSop({ config, ...options }: NodeOptions = {}): Sop {
  const path = config ?? process.env["SOP_CONFIG"] ?? (existsSync("sop.yaml") ? "sop.yaml" : false);
  if (path === false) return createCoreSop(options);
  return createCoreSop({ ...options, sources: [fileSource(path), ...(options.sources ?? [])] });
}
