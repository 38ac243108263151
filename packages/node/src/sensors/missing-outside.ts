import type { Sample, SampleFieldName } from "@sop/core";
import { makeFigures } from "../blackbox/main-slot.js";
import { OutsideSampler } from "./outside/outside-sampler.js";

/** So many samples are looked at: some sources are read again only after a rest. */
const LAST = 100;
/** One figure of each source, which it always has where it can be read. */
const SIGNS: readonly SampleFieldName[] = [
  "cpu_ratio",
  "rss_bytes",
  "fd_count",
  "tcp_established_count",
  "cgroup_memory_bytes",
];

/**
 * Which figures from outside of the main thread the samples have not, and why. Only they travel between the threads: where one has no
 * figure of a source, that is tried here again, for its reason.
 */
export function missingOutside(samples: readonly Sample[]): string[] {
  const last = samples.slice(-LAST);
  if (!last.some((sample) => sample.heartbeat_gap_ms !== undefined)) {
    return ["figures from outside of the main thread: no watchdog"];
  }
  const without = SIGNS.filter((name) => !last.some((sample) => sample[name] !== undefined));
  if (without.length === 0) return [];
  const sampler = new OutsideSampler();
  try {
    sampler.read(0, makeFigures());
    return sampler.missing();
  } finally {
    sampler.close();
  }
}
