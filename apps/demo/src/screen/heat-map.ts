import { resolve } from "node:path";
import type { Planes } from "../fleet/planes.ts";
import { sop } from "../fleet/sop-command.ts";

/** A heat map that is being measured. */
export interface HeatMap {
  /** Ends the measurement. Gives the file, when it is written. */
  end(): Promise<string>;
}

/** Has `sop latency-profiler` measure the gateway until it is ended. */
export function startHeatMap(path: string, { addresses, token }: Planes): HeatMap {
  const file = resolve(path);
  // As Ctrl-C does.
  const early = new AbortController();
  process.env["SOP_ADMIN_TOKEN"] = token;
  const args = ["latency-profiler", "--addr", addresses.gateway, "--duration", "10m", "--output", file];
  const written = sop(args, early.signal);
  written.catch(() => {});
  return {
    async end() {
      early.abort();
      await written;
      return file;
    },
  };
}
