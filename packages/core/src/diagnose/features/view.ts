import type { Sample, SampleFieldName } from "../window/sample.js";
import type { RecordedWindow } from "../window/window.js";
import type { Point } from "./series.js";

/** What is looked at as the present: the last ten seconds, and those before the trouble was noticed, at most a minute in all. */
const PRESENT = 10_000;
const LONGEST_PRESENT = 60_000;
/**
 * Of a window that is shorter than two presents, the first part that is taken for what is normal; it ends some time before the trouble was
 * noticed, as it had begun by then, and is at least so long.
 */
const FIRST_PART = 0.3;
const NOTICING = 3_000;
const LEAST_NORMAL = 1_500;

/** A window with its samples in the order of time, parted into what is normal for the service and what is going on. */
export interface View {
  readonly window: RecordedWindow;
  readonly samples: readonly Sample[];
  /** Before the trouble; may be empty. */
  readonly normal: readonly Sample[];
  /** Since the trouble, and a little before. */
  readonly present: readonly Sample[];
}

/** Where the time of a window is parted, in milliseconds since 1970. */
export interface Parts {
  /** What is before is normal. */
  readonly normalUntil: number;
  /** What is from here on is the trouble. */
  readonly presentFrom: number;
}

/**
 * Parts the time from the first to the last thing that was recorded. `troubleAt`: when the trouble was noticed; default: at the end. Whoever records
 * figures of routes or calls parts them in the same way. Times in milliseconds since 1970.
 */
export function partsOf(start: number, end: number, troubleAt?: number): Parts {
  const isKnown = troubleAt !== undefined && Number.isFinite(troubleAt) && troubleAt > start;
  const trouble = isKnown ? Math.min(troubleAt, end) : end;
  const from = Math.max(trouble - PRESENT, end - LONGEST_PRESENT);
  if (from - start >= PRESENT) return { normalUntil: from, presentFrom: from };
  if (end - start < LEAST_NORMAL) return { normalUntil: start, presentFrom: start };
  const beforeTrouble = Math.max(LEAST_NORMAL, trouble - start - NOTICING);
  const normalUntil = start + Math.min((end - start) * FIRST_PART, beforeTrouble);
  return { normalUntil, presentFrom: Math.max(from, normalUntil) };
}

/** Parts a window. Samples may come in any order; those whose time is no number are left out. */
export function viewOf(window: RecordedWindow): View {
  const samples = [...(window.samples ?? [])].filter(({ at }) => Number.isFinite(at)).sort((a, b) => a.at - b.at);
  const { normalUntil, presentFrom } = partsOf(samples[0]?.at ?? 0, samples.at(-1)?.at ?? 0, window.troubleAt);
  return {
    window,
    samples,
    normal: samples.filter(({ at }) => at < normalUntil),
    present: samples.filter(({ at }) => at >= presentFrom),
  };
}

/** One figure of samples over time; where it is absent, or no number, there is no point. */
export function pointsOf(samples: readonly Sample[], name: SampleFieldName): Point[] {
  const points: Point[] = [];
  for (let i = 0; i < samples.length; i++) {
    const { at, [name]: value } = samples[i] as Sample;
    if (value !== undefined && Number.isFinite(value)) points.push([at, value]);
  }
  return points;
}

/** Seconds that samples stand for. */
export function secondsOf(samples: readonly Sample[]): number {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last) return 0;
  const interval = Number.isFinite(first.interval) && first.interval > 0 ? first.interval : 0;
  return (last.at - first.at + interval) / 1_000;
}
