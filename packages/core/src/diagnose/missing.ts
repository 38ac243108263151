import { absent, type Classified } from "./classify.js";
import { SAMPLE_FIELDS, type SampleFieldName } from "./window/sample.js";
import type { RecordedWindow } from "./window/window.js";

/** Figures that only some services have: limits that are not set, locks and pools that nobody tracks. */
const OPTIONAL = /^(cgroup_|lock_|pool_|threadpool_|tcp_syn_)/;
const GAUGES = (Object.keys(SAMPLE_FIELDS) as SampleFieldName[]).filter(
  (name) => SAMPLE_FIELDS[name].kind === "gauge" && !OPTIONAL.test(name),
);

/** What the diagnosis had to do without: what could not be recorded, and the figures that its class asks for and that are not there. */
export function missingOf(window: RecordedWindow, { found }: Classified): string[] {
  const isProven = found?.verdict === "confirmed";
  return [...new Set([...window.missing, ...(isProven ? [] : unread(window)), ...(found ? absent(found) : [])])];
}

/** Gauges that no sample has; what could be read is there in each, so an absent one was never read. */
function unread({ samples = [] }: RecordedWindow): string[] {
  if (samples.length === 0) return ["samples"];
  return GAUGES.filter((name) => samples.every((sample) => !Number.isFinite(sample[name])));
}
