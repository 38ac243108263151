import type { Logger } from "../ports/logger.js";
import { loggable } from "../request/panic.js";
import type { ConfigSource, ConfigUpdate, SourceChange } from "./config-source.js";
import type { FlagStore } from "./flags/store.js";

/**
 * Follows a source until `signal` is aborted. The last good snapshot stays in force whatever the source says;
 * each new problem is one warning.
 */
export async function followSource(
  source: ConfigSource,
  flags: FlagStore,
  log: Logger,
  changed: (change: SourceChange) => void,
  signal: AbortSignal,
): Promise<void> {
  let last: readonly string[] = [];
  const told = (update: ConfigUpdate): void => {
    const problem = update.state === "READY" ? undefined : update.problem;
    const problems = update.state === "READY" ? (update.problems ?? []) : [update.problem];
    for (const one of problems) {
      if (!last.includes(one)) warn(log, source.name, update, one);
    }
    last = problems;
    changed({ source: source.name, state: update.state, revision: update.snapshot?.revision, problem });
  };
  try {
    for await (const update of source.watch(signal)) {
      if (signal.aborted) return;
      if (update.snapshot) flags.apply(source.name, update.snapshot);
      told(update);
    }
  } catch (error) {
    if (!signal.aborted) told({ state: "ERROR", problem: loggable(error).message });
  }
}

function warn(log: Logger, source: string, { state, snapshot }: ConfigUpdate, problem: string): void {
  // What comes from an earlier run is no trouble yet: the source was only just asked.
  if (state !== "READY" && snapshot) log.info({ source, state, revision: snapshot.revision }, problem);
  else log.warn({ source, state, problem }, `last good state kept: ${problem}`);
}
