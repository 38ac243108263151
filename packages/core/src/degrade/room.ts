import type { MetricsSnapshot } from "../metrics/metrics.js";
import type { Fanout } from "../observe/fanout.js";
import type { Settings } from "../options/settings.js";
import type { Logger } from "../ports/logger.js";
import type { SourceChange, SourceState } from "./config-source.js";
import { FlagStore } from "./flags/store.js";
import { followSource } from "./supervise.js";

/** The flags of a Sop. */
export interface Flags {
  readonly flags: FlagStore;
  /** What each source has told last of its state. */
  sources(): MetricsSnapshot["sources"];
  /** Lets go of all sources. */
  stop(): void;
}

/** Makes the flags of the options' layers, and follows their sources; log and observers are told of what changes. */
export function makeFlags(
  { clock, asyncContext, labels, flags: own, sources: watched }: Settings,
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
  const states = new Map<string, SourceState>();
  const sources = (): MetricsSnapshot["sources"] => Object.fromEntries(states);
  if (watched.length === 0) return { flags, sources, stop: () => {} };
  const stop = new AbortController();
  for (const source of watched) {
    // Its place among the layers, before it has said anything.
    flags.apply(source.name, { revision: "", flags: {} });
    const changed = (change: SourceChange): void => {
      states.set(change.source, change.state);
      fanout.emit("sourceChanged", change);
    };
    void followSource(source, flags, log, changed, stop.signal);
  }
  return { flags, sources, stop: () => stop.abort() };
}
