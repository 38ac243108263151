/** Plain data, as JSON has it. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const MAX_DEPTH = 8;
const DAY = 86_400_000;

/** The three states of a value between two who change it: as the one who comes too late had read it, as the other one wrote it, as he then did. */
export interface Versions {
  readonly base: unknown;
  readonly theirs: unknown;
  readonly mine: unknown;
}

/** Whether a number that is kept under a path is one that is counted up or down, as far as was seen. */
export type IsCounter = (path: string, step: number) => boolean;

/**
 * Where in the value the change that `theirs` had made is not there any more in `mine`, as a path; `undefined` where nothing was lost. Values
 * that each of the two sets anew (texts, switches, times) are no loss; what was taken back, a sum or a list that was computed from what was read
 * before, is one.
 */
export function lostPath(versions: Versions, isCounter: IsCounter = () => false): string | undefined {
  return lostIn(versions.base as Json, versions.theirs as Json, versions.mine as Json, "", 0, isCounter);
}

function lostIn(
  base: Json | undefined,
  theirs: Json | undefined,
  mine: Json | undefined,
  path: string,
  depth: number,
  isCounter: IsCounter,
): string | undefined {
  if (isEqual(base, theirs)) return undefined;
  // From here on it was changed by the other one.
  if (isEqual(theirs, mine)) return isSameStep(base, theirs, path, isCounter) ? path : undefined;
  if (isEqual(base, mine)) return isTime(base) || isTime(theirs) ? undefined : path || ".";
  if (depth < MAX_DEPTH && isObject(theirs) && isObject(mine) && (isObject(base) || base === undefined)) {
    const before = base ?? {};
    for (const key of new Set([...Object.keys(before), ...Object.keys(theirs), ...Object.keys(mine)])) {
      const at = path === "" ? key : `${path}.${key}`;
      const lost = lostIn(own(before, key), own(theirs, key), own(mine, key), at, depth + 1, isCounter);
      if (lost !== undefined) return lost;
    }
    return undefined;
  }
  if (Array.isArray(base) && Array.isArray(theirs) && Array.isArray(mine)) {
    return isListLost(base, theirs, mine) ? path || "." : undefined;
  }
  const areNumbers = typeof base === "number" && typeof theirs === "number" && typeof mine === "number";
  return areNumbers && ![base, theirs, mine].some(isTime) ? path || "." : undefined;
}

/** Both made the same step from the same number: of a counter one of them is lost. */
function isSameStep(base: Json | undefined, theirs: Json | undefined, path: string, isCounter: IsCounter): boolean {
  if (isObject(base) && isObject(theirs)) {
    return Object.keys(theirs).some((key) =>
      isSameStep(own(base, key), own(theirs, key), path === "" ? key : `${path}.${key}`, isCounter),
    );
  }
  if (typeof base !== "number" || typeof theirs !== "number" || base === theirs || isTime(theirs)) return false;
  return isCounter(path, theirs - base);
}

/** What the other one had added is missing, or what he had taken away is there again. A list that is another one altogether was set anew. */
function isListLost(base: readonly Json[], theirs: readonly Json[], mine: readonly Json[]): boolean {
  const [was, is, left] = [base, theirs, mine].map((list) => new Set(list.map(textOf))) as [
    Set<string>,
    Set<string>,
    Set<string>,
  ];
  const kept = [...was].filter((item) => left.has(item)).length;
  if (kept * 2 < was.size) return false;
  for (const item of is) if (!was.has(item) && !left.has(item)) return true;
  for (const item of was) if (!is.has(item) && left.has(item)) return true;
  return false;
}

function isEqual(a: Json | undefined, b: Json | undefined): boolean {
  return a === b || textOf(a) === textOf(b);
}

function textOf(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "";
  const pairs = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${textOf(own(value, key))}`);
  return `{${pairs.join()}}`;
}

function own(value: { readonly [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A time of about now, in seconds, milliseconds or as ISO 8601: each who comes sets it, and the last one is right. */
function isTime(value: Json | undefined): boolean {
  const now = Date.now();
  const isNear = (ms: number): boolean => Math.abs(ms - now) < 400 * DAY;
  if (typeof value === "number") return isNear(value) || isNear(value * 1_000);
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) && isNear(Date.parse(value));
}
