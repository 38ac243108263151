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
  let last: string | undefined;
  const told = (update: ConfigUpdate): void => {
    const problem = update.state === "READY" ? undefined : update.problem;
    const revision = update.state === "READY" ? update.snapshot.revision : undefined;
    if (problem !== undefined && problem !== last) {
      log.warn({ source: source.name, state: update.state, problem }, `last good state kept: ${problem}`);
    }
    last = problem;
    changed({ source: source.name, state: update.state, revision, problem });
  };
  try {
    for await (const update of source.watch(signal)) {
      if (signal.aborted) return;
      if (update.state === "READY") flags.apply(source.name, update.snapshot);
      told(update);
    }
  } catch (error) {
    if (!signal.aborted) told({ state: "ERROR", problem: loggable(error).message });
  }
}
