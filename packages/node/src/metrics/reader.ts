import type { BreakerMetrics, BreakerStateName, Sop, SourceState } from "@sop/core";
import type { Exemplars } from "./exemplars.js";
import { flagVariants } from "./flag-variants.js";
import { LabelBound, OTHER } from "./label-bound.js";
import type { MetricsReading } from "./metric.js";
import { readEventLoop } from "./runtime/event-loop.js";

const MAX_BREAKERS = 1_000;
const MAX_SOURCES = 100;

/** What keeps most calls away comes first. */
const GRAVITY: readonly BreakerStateName[] = ["open", "forced_open", "half_open", "closed"];

const TROUBLE: readonly SourceState[] = ["ERROR", "STALE"];

type Breakers = MetricsReading["breakers"];

/**
 * What reads all metrics of `sop`, at one moment each time it is called; the event loop is watched from now on. Breakers, flags,
 * variants and sources are bounded here, the others where they are counted; what overflows is `other`, which is told once.
 * `exemplars`: where they are kept.
 */
export function metricsReader(sop: Sop, exemplars?: Exemplars): () => MetricsReading {
  const overflowed = (metric: string) => (): void => {
    sop.log.warn({ metric }, "more labels are counted under other");
  };
  const breakerNames = new LabelBound(MAX_BREAKERS, overflowed("circuit_breaker_state"));
  const sourceNames = new LabelBound(MAX_SOURCES, overflowed("config_source_state"));

  const flags = flagVariants(sop, overflowed("feature_flag_state"));

  readEventLoop();
  return () => {
    const snapshot = sop.metrics();
    return {
      snapshot,
      exemplars: exemplars?.read(),
      breakers: withOther(snapshot.breakers, breakerNames),
      flags: flags(),
      sources: sourcesOf(snapshot.sources, sourceNames),
      state: sop.state,
      overload: sop.overload(),
      eventLoop: readEventLoop(),
    };
  };
}

/** Those that overflow are one, in the worst of their states. */
function sourcesOf(all: MetricsReading["snapshot"]["sources"], names: LabelBound): MetricsReading["sources"] {
  const states = Object.entries(all).map(([source, state]) => ({ source, state }));
  const over = states.filter(({ source }) => !names.has(source));
  if (over.length === 0) return states;
  const worst = TROUBLE.find((state) => over.some((source) => source.state === state)) ?? "READY";
  return [...states.filter(({ source }) => names.has(source)), { source: OTHER, state: worst }];
}

/** Those that overflow are one: its calls are theirs, its state is the gravest of theirs. */
function withOther(all: readonly BreakerMetrics[], names: LabelBound): Breakers {
  const over = all.filter(({ name }) => !names.has(name));
  if (over.length === 0) return all;
  const sum = (kind: keyof BreakerMetrics["calls"]): number => over.reduce((n, { calls }) => n + calls[kind], 0);
  const calls = {
    successful: sum("successful"),
    failed: sum("failed"),
    ignored: sum("ignored"),
    not_permitted: sum("not_permitted"),
  };
  const gravest = GRAVITY.find((state) => over.some((breaker) => breaker.state === state)) ?? "closed";
  return [...all.filter(({ name }) => names.has(name)), { name: OTHER, state: gravest, calls }];
}
