type Numbers = readonly [number, number, number];

const COMPARATOR = /^(>=|<=|>|<)(\d+)(?:\.(\d+))?(?:\.(\d+))?$/;

/** Whether a version is within a range of comparators, all of which have to be true: `>=0.3 <1`. Pre-releases count as their release. */
export function isWithin(version: string, range: string): boolean {
  const numbers = numbersOf(/^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1) ?? []);
  return range.split(" ").every((text) => {
    const [, sign, ...parts] = COMPARATOR.exec(text) ?? [];
    if (sign === undefined) throw new RangeError(`a range of versions is written >=0.3 <1, not ${range}`);
    const order = compare(numbers, numbersOf(parts));
    return sign.startsWith(">")
      ? order > 0 || (order === 0 && sign === ">=")
      : order < 0 || (order === 0 && sign === "<=");
  });
}

function numbersOf(parts: readonly (string | undefined)[]): Numbers {
  const [major, minor, patch] = parts;
  return [Number(major ?? 0), Number(minor ?? 0), Number(patch ?? 0)];
}

function compare(a: Numbers, b: Numbers): number {
  const at = a.findIndex((number, i) => number !== b[i]);
  return at === -1 ? 0 : (a[at] as number) - (b[at] as number);
}
