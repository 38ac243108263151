import type { Sample, SampleFieldName } from "../window/sample.js";
import type { Point } from "./series.js";
import { secondsOf, type View } from "./view.js";

/** A figure that was computed, and the time of the samples that it is from, in milliseconds since 1970. */
export interface Reading {
  readonly value: number;
  readonly since: number;
  readonly until: number;
}

/** A named figure: what it says, and how it is computed. `undefined`: there is nothing to compute it from. */
export interface Feature {
  readonly about: string;
  of(view: View): Reading | undefined;
}

/** A figure of no time of its own: of the whole window. */
export function now(view: View, value: number | undefined): Reading | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined;
  return { value, since: view.samples[0]?.at ?? 0, until: view.samples.at(-1)?.at ?? 0 };
}

/** Which samples a figure is of. */
export type Part = "present" | "normal";

/** The time of points together with what was computed from them. */
export function reading(points: readonly Point[], value: number | undefined): Reading | undefined {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || value === undefined || !Number.isFinite(value)) return undefined;
  return { value, since: first[0], until: last[0] };
}

/** What the values of a figure come to. */
interface Tally {
  readonly sum: number;
  readonly count: number;
  readonly most: number;
  readonly since: number;
  readonly until: number;
}

/**
 * In one pass, without a list of points, and by numbers, as an iterator makes an object for each step: the watchdog asks dozens of these each
 * second. `undefined`: there is no value.
 */
function tallyOf(samples: readonly Sample[], name: SampleFieldName): Tally | undefined {
  let sum = 0;
  let count = 0;
  let most = Number.NEGATIVE_INFINITY;
  let first = 0;
  let last = 0;
  for (let i = 0; i < samples.length; i++) {
    const value = (samples[i] as Sample)[name];
    if (value === undefined || !Number.isFinite(value)) continue;
    if (count++ === 0) first = i;
    last = i;
    sum += value;
    if (value > most) most = value;
  }
  if (count === 0) return undefined;
  return { sum, count, most, since: (samples[first] as Sample).at, until: (samples[last] as Sample).at };
}

/** A figure that is made of a tally. */
function tallied(
  name: SampleFieldName,
  about: string,
  part: Part,
  value: (tally: Tally, view: View) => number,
): Feature {
  return {
    about,
    of(view) {
      const tally = tallyOf(view[part], name);
      const found = tally ? value(tally, view) : Number.NaN;
      return tally && Number.isFinite(found) ? { value: found, since: tally.since, until: tally.until } : undefined;
    },
  };
}

/** The largest value of a figure. */
export function most(name: SampleFieldName, about: string, part: Part = "present"): Feature {
  return tallied(name, about, part, (tally) => tally.most);
}

/** The newest value of a figure. */
export function latest(name: SampleFieldName, about: string): Feature {
  return {
    about,
    of({ present }) {
      for (let i = present.length - 1; i >= 0; i--) {
        const { at, [name]: value } = present[i] as Sample;
        if (value !== undefined && Number.isFinite(value)) return { value, since: at, until: at };
      }
      return undefined;
    },
  };
}

/** The mean of a figure. */
export function mean(name: SampleFieldName, about: string, part: Part = "present"): Feature {
  return tallied(name, about, part, ({ sum, count }) => sum / count);
}

/** What a figure of intervals adds up to in a second. */
export function perSecond(name: SampleFieldName, about: string, part: Part = "present"): Feature {
  return tallied(name, about, part, ({ sum }, view) => sum / secondsOf(view[part]));
}

/** What a figure of intervals adds up to. */
export function total(name: SampleFieldName, about: string): Feature {
  return tallied(name, about, "present", ({ sum }) => sum);
}

/** One figure's sum by that of another; without any of the other there is no ratio. */
export function ratio(name: SampleFieldName, by: SampleFieldName, about: string, part: Part = "present"): Feature {
  return tallied(name, about, part, ({ sum }, view) => {
    const whole = sumIn(view[part], by);
    return whole > 0 ? sum / whole : Number.NaN;
  });
}

/** What the values of a figure add up to; 0 where there is none. */
export function sumIn(samples: readonly Sample[], name: SampleFieldName): number {
  return tallyOf(samples, name)?.sum ?? 0;
}
