/** A figure over time: milliseconds since 1970, and the value. */
export type Point = readonly [at: number, value: number];

/** A line through points, by least squares. */
interface Line {
  /** In units a second. */
  readonly slope: number;
  /** The coefficient of determination, 0..1: 1 where all points are on the line, or at one height. */
  readonly determination: number;
}

/** `undefined` for fewer than three points, or all at one time. */
function line(points: readonly Point[]): Line | undefined {
  const count = points.length;
  if (count < 3) return undefined;
  const [first] = points[0] as Point;
  let x = 0;
  let y = 0;
  for (let i = 0; i < count; i++) {
    const { 0: at, 1: value } = points[i] as Point;
    x += (at - first) / 1_000 / count;
    y += value / count;
  }
  let covariance = 0;
  let width = 0;
  let height = 0;
  for (let i = 0; i < count; i++) {
    const { 0: at, 1: value } = points[i] as Point;
    const dx = (at - first) / 1_000 - x;
    covariance += dx * (value - y);
    width += dx * dx;
    height += (value - y) ** 2;
  }
  if (width === 0) return undefined;
  return { slope: covariance / width, determination: height === 0 ? 1 : covariance ** 2 / (width * height) };
}

/** Slope by least squares, in units a second; `undefined` for fewer than three points, or all at one time. */
export function slope(points: readonly Point[]): number | undefined {
  return line(points)?.slope;
}

/** How much of the change of a figure over time is on a line, 0..1; `undefined` where there is no slope. */
export function determination(points: readonly Point[]): number | undefined {
  return line(points)?.determination;
}

/** The later half of the time that points span. */
export function secondHalf(points: readonly Point[]): readonly Point[] {
  const from = middle(points);
  return points.filter(([at]) => at >= from);
}

/** The earlier half of the time that points span. */
export function firstHalf(points: readonly Point[]): readonly Point[] {
  const until = middle(points);
  return points.filter(([at]) => at <= until);
}

/** The slope in the earlier half of the time; of four points or more whose half has fewer than three, from the ends of that half. */
export function firstSlope(points: readonly Point[]): number | undefined {
  return slope(firstHalf(points)) ?? (points.length < 4 ? undefined : slopeBetween(points[0] as Point, half(points)));
}

/** The slope in the later half, in the same way. */
export function secondSlope(points: readonly Point[]): number | undefined {
  const end = points.at(-1) as Point;
  return slope(secondHalf(points)) ?? (points.length < 4 ? undefined : slopeBetween(half(points), end));
}

/** The slope in the second half by that in the first: 1 for a line, 0 for what has come to rest. `undefined` where nothing grew at first. */
export function decay(points: readonly Point[]): number | undefined {
  const [first, second] = [firstSlope(points), secondSlope(points)];
  return first !== undefined && second !== undefined && first > 0 ? second / first : undefined;
}

/** The slope of the last `least` milliseconds or a little more by that of the whole; `undefined` for fewer than three points. */
export function lately(points: readonly Point[], least: number): number | undefined {
  const [start, end] = [points[0], points.at(-1)];
  if (points.length < 3 || !start || !end) return undefined;
  let before = start;
  for (const point of points) if (point[0] <= end[0] - least) before = point;
  const whole = slopeBetween(start, end);
  return whole > 0 ? slopeBetween(before, end) / whole : undefined;
}

/** In the middle of the time, on the line between the two points around it. */
function half(points: readonly Point[]): Point {
  const at = middle(points);
  return [at, valueAt(points, at)];
}

function slopeBetween([from, low]: Point, [to, high]: Point): number {
  return to > from ? ((high - low) * 1_000) / (to - from) : 0;
}

function valueAt(points: readonly Point[], at: number): number {
  const next = points.findIndex(([time]) => time >= at);
  const [to, high] = points[next] as Point;
  const [from, low] = points[Math.max(0, next - 1)] as Point;
  return to > from ? low + ((high - low) * (at - from)) / (to - from) : high;
}

function middle(points: readonly Point[]): number {
  return ((points[0]?.[0] ?? 0) + (points.at(-1)?.[0] ?? 0)) / 2;
}

/** The share of steps that go up, 0..1; `undefined` for fewer than two points. */
export function steadiness(points: readonly Point[]): number | undefined {
  if (points.length < 2) return undefined;
  let up = 0;
  for (let i = 1; i < points.length; i++) if ((points[i] as Point)[1] > (points[i - 1] as Point)[1]) up++;
  return up / (points.length - 1);
}

/** The median; `undefined` of nothing. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
