import type { Fanout } from "../observe/fanout.js";
import type { Settings } from "../options/settings.js";
import type { Logger } from "../ports/logger.js";
import { FlagStore } from "./flags/store.js";
import { followSource } from "./supervise.js";

/** The flags of a Sop. */
export interface Flags {
  readonly flags: FlagStore;
  /** Lets go of all sources. */
  stop(): void;
}

/** Makes the flags of the options' layers, and follows their sources; log and observers are told of what changes. */
export function makeFlags(
  { clock, asyncContext, labels, flags: own, sources }: Settings,
  {
    log,
    fanout,
    inFlight,
  }: { readonly log: Logger; readonly fanout: Fanout; readonly inFlight: { readonly size: number } },
): Flags {
  const flags = new FlagStore({
    clock,
    inFlight,
    labels,
    current: () => asyncContext.getStore(),
    changed: (change) => fanout.emit("flagChanged", change),
    wrong: (flag, source, problem, isKept) =>
      log.warn({ flag, source, problem }, isKept ? "last good definition kept" : "flag ignored: it never was right"),
    mistyped: (flag, source, expected, got) => log.warn({ flag, source, expected, got }, "flag of a wrong type"),
  });
  flags.apply("code", { revision: "code", flags: own });
  // Workers allow no AbortController outside of a request, where a Sop without sources may well be made.
  if (sources.length === 0) return { flags, stop: () => {} };
  const stop = new AbortController();
  for (const source of sources) {
    // Its place among the layers, before it has said anything.
    flags.apply(source.name, { revision: "", flags: {} });
    void followSource(source, flags, log, (change) => fanout.emit("sourceChanged", change), stop.signal);
  }
  return { flags, stop: () => stop.abort() };
}
