import { resolve } from "node:path";
import { until } from "../drill/until.ts";
import type { Planes } from "../fleet/planes.ts";
import { sop } from "../fleet/sop-command.ts";

/** A heat map that is being measured. */
export interface HeatMap {
  /** Ends the measurement and gives the file, when it is written. Throws where it cannot be. */
  end(): Promise<string>;
  /** Ends it whatever becomes of it. */
  abandon(): void;
}

const PATIENCE = 10_000;

/** Has `sop latency-profiler` measure the gateway until it is ended. Throws where its admin plane does not listen. */
export async function startHeatMap(path: string, planes: Planes, signal: AbortSignal): Promise<HeatMap> {
  const file = resolve(path);
  const { gateway } = planes.addresses;
  const health = async (): Promise<true | undefined> => {
    try {
      return (await fetch(`http://${gateway}/healthz`, { signal })).ok || undefined;
    } catch {
      return undefined;
    }
  };
  await until(health, { patience: PATIENCE, otherwise: "the gateway's admin plane does not listen", signal });
  // As Ctrl-C does.
  const early = new AbortController();
  const plane = ["--addr", gateway, "--token-file", planes.tokenFile];
  const args = ["latency-profiler", ...plane, "--duration", "10m", "--output", file];
  const written = sop(args, early.signal);
  written.catch(() => {});
  return {
    async end() {
      early.abort();
      await written;
      return file;
    },
    abandon: () => early.abort(),
  };
}
