import type { SampleFieldName } from "../window/sample.js";
import type { Point } from "./series.js";
import { pointsOf, secondsOf, type View } from "./view.js";

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

/** The largest value of a figure. */
export function most(name: SampleFieldName, about: string, part: Part = "present"): Feature {
  return {
    about,
    of(view) {
      const points = pointsOf(view[part], name);
      return reading(points, Math.max(...points.map(([, value]) => value)));
    },
  };
}

/** The newest value of a figure. */
export function latest(name: SampleFieldName, about: string): Feature {
  return {
    about,
    of(view) {
      const points = pointsOf(view.present, name).slice(-1);
      return reading(points, points[0]?.[1]);
    },
  };
}

/** The mean of a figure. */
export function mean(name: SampleFieldName, about: string, part: Part = "present"): Feature {
  return {
    about,
    of(view) {
      const points = pointsOf(view[part], name);
      return reading(points, sumOf(points) / points.length);
    },
  };
}

/** What a figure of intervals adds up to in a second. */
export function perSecond(name: SampleFieldName, about: string, part: Part = "present"): Feature {
  return {
    about,
    of(view) {
      const points = pointsOf(view[part], name);
      return reading(points, sumOf(points) / secondsOf(view[part]));
    },
  };
}

/** What a figure of intervals adds up to. */
export function total(name: SampleFieldName, about: string): Feature {
  return {
    about,
    of(view) {
      const points = pointsOf(view.present, name);
      return reading(points, sumOf(points));
    },
  };
}

/** One figure's sum by that of another; without any of the other there is no ratio. */
export function ratio(name: SampleFieldName, by: SampleFieldName, about: string, part: Part = "present"): Feature {
  return {
    about,
    of(view) {
      const points = pointsOf(view[part], name);
      const whole = sumOf(pointsOf(view[part], by));
      return whole > 0 ? reading(points, sumOf(points) / whole) : undefined;
    },
  };
}

export function sumOf(points: readonly Point[]): number {
  return points.reduce((sum, [, value]) => sum + value, 0);
}
