import type { Look } from "./look.js";

/** A figure at each look, and how it went on. */
export interface Trend {
  /** By how much it grew after the warm-up, which is the time to the second look. */
  readonly grown: number;
  readonly perRequest: number | undefined;
  readonly perSecond: number;
  /** Whether it grows with each request to the end: it did in most parts and in the last, and the second half is not much slower than the first. */
  readonly isSteady: boolean;
}

/** What the second half must have of the first, by each request: a cache that fills gets slower. */
const STEADY = 0.5;
/** What the last part must have of the mean. */
const LAST = 0.25;

/** How the figures of all looks went on; at least four of them. The first part is left out: what is filled at the start is no leak. */
export function trendOf(values: readonly number[], looks: readonly Look[]): Trend {
  const [figures, after] = [values.slice(1), looks.slice(1)];
  const steps = figures.slice(1).map((value, i) => value - (figures[i] as number));
  const work = workOf(after);
  const rates = steps.map((step, i) => step / (work[i] as number));
  const middle = Math.floor(steps.length / 2);
  const first = mean(steps.slice(0, middle), work.slice(0, middle));
  const second = mean(steps.slice(middle), work.slice(middle));
  const all = mean(steps, work);
  const grown = sum(steps);
  const requests = (after.at(-1)?.memory.requests ?? 0) - (after[0]?.memory.requests ?? 0);
  const isSteady =
    all > 0 &&
    steps.filter((step) => step > 0).length > steps.length / 2 &&
    (rates.at(-1) as number) >= LAST * all &&
    second >= STEADY * first;
  return {
    grown,
    perRequest: requests > 0 ? grown / requests : undefined,
    perSecond: grown / Math.max(0.001, secondsOf(after)),
    isSteady,
  };
}

/** For each part what was done in it: requests, or seconds where there were hardly any. */
function workOf(looks: readonly Look[]): number[] {
  const requests = looks.slice(1).map(({ memory }, i) => memory.requests - (looks[i] as Look).memory.requests);
  if (requests.every((count) => count >= 10)) return requests;
  return looks
    .slice(1)
    .map(({ asOf }, i) => Math.max(0.001, (Date.parse(asOf) - Date.parse((looks[i] as Look).asOf)) / 1_000));
}

function secondsOf(looks: readonly Look[]): number {
  return (Date.parse(looks.at(-1)?.asOf ?? "") - Date.parse(looks[0]?.asOf ?? "")) / 1_000;
}

function mean(steps: readonly number[], work: readonly number[]): number {
  return sum(steps) / Math.max(Number.MIN_VALUE, sum(work));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}
