import type { SampleFieldName } from "../window/sample.js";
import { type Feature, reading } from "./feature.js";
import {
  decay,
  determination,
  firstHalf,
  firstSlope,
  lately,
  type Point,
  secondHalf,
  secondSlope,
  steadiness,
} from "./series.js";
import type { View } from "./view.js";

/** Milliseconds. */
const RECENT = 1_500;

/**
 * The old space after each mark-sweep collection: what is left there then is in use. The whole heap at that time has new objects in it
 * too, by as much as was allocated until it was read; it is taken where the old space is not known.
 */
export function afterCollections({ samples }: View): readonly Point[] {
  const points: Point[] = [];
  for (const { at, gc_major_count: count, heap_old_bytes: old, heap_after_gc_bytes: whole } of samples) {
    const left = old ?? whole;
    if (left !== undefined && Number.isFinite(left) && count !== undefined && count > 0) points.push([at, left]);
  }
  return points;
}

/** A figure once a second, the least of each: it goes up and down with each request. */
export const leastOf =
  (name: SampleFieldName) =>
  ({ samples }: View): readonly Point[] => {
    const least: Point[] = [];
    let second = Number.NaN;
    for (const { at, [name]: value } of samples) {
      if (value === undefined || !Number.isFinite(value)) continue;
      const isSame = Math.floor(at / 1_000) === second;
      if (isSame && value >= (least.at(-1) as Point)[1]) continue;
      if (isSame) least.pop();
      second = Math.floor(at / 1_000);
      least.push([at, value]);
    }
    return least;
  };

/** The part of a growth that has not ended: from where it last left its level, up to the end. */
function rising(points: readonly Point[]): readonly Point[] {
  let start = 0;
  for (let i = 1; i < points.length; i++) if ((points[i] as Point)[1] <= (points[start] as Point)[1]) start = i;
  return points.slice(start);
}

/** Many figures are of the same growth: it is looked for once in each view. */
export function onceOf(growth: (view: View) => readonly Point[]): (view: View) => readonly Point[] {
  const known = new WeakMap<View, readonly Point[]>();
  return (view) => {
    const found = known.get(view) ?? rising(growth(view));
    known.set(view, found);
    return found;
  };
}

/** Figures of one growth. */
type Trend = Readonly<Record<"span" | "grown" | "first" | "second" | "fit" | "steady" | "decay" | "lately", Feature>>;

/** Of heap and descriptors alike: how a stock grows over the whole window. */
export function trend(over: (view: View) => readonly Point[], what: string): Trend {
  return {
    span: {
      about: `for how long ${what} has been growing, without falling back to where it began`,
      of(view: View) {
        const points = over(view);
        return reading(points, (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0));
      },
    },
    grown: {
      about: `by how much ${what} grew in that time`,
      of(view: View) {
        const points = over(view);
        return reading(points, (points.at(-1)?.[1] ?? 0) - (points[0]?.[1] ?? 0));
      },
    },
    first: {
      about: `slope of ${what} in the first half of that time`,
      of: (view: View) => reading(firstHalf(over(view)), firstSlope(over(view))),
    },
    second: {
      about: `slope of ${what} in the second half of that time`,
      of: (view: View) => reading(secondHalf(over(view)), secondSlope(over(view))),
    },
    fit: {
      about: `how nearly ${what} grows on a line: 1 is on it, 0 is at random (the coefficient of determination)`,
      of: (view: View) => reading(over(view), determination(over(view))),
    },
    steady: {
      about: `share of steps in which ${what} went up`,
      of: (view: View) => reading(over(view), steadiness(over(view))),
    },
    decay: {
      about: `slope of ${what} in the second half by that in the first`,
      of: (view: View) => reading(over(view), decay(over(view))),
    },
    lately: {
      about: `slope of ${what} between its last two points, 1.5 s or more apart, by that of the whole: what fills up has come to rest`,
      of: (view: View) => reading(over(view), lately(over(view), RECENT)),
    },
  };
}
