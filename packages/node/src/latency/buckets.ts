/** Buckets in each octave: a bucket is 1/16 of the octave's lower end wide, so what is read from it is at most 6.25 % off. */
const SUB_BITS = 4;
const SUB = 2 ** SUB_BITS;
const LEAST_EXPONENT = -4;
const MOST_EXPONENT = 20;

/**
 * Upper ends of the buckets in milliseconds, each inclusive: 16 of equal width in each octave, from 2^-4 (0.0625 ms) to 2^20 (17
 * minutes). What is slower is counted behind the last.
 */
export const LATENCY_BOUNDS: readonly number[] = Object.freeze(
  Array.from({ length: (MOST_EXPONENT - LEAST_EXPONENT) * SUB + 1 }, (_, i) => {
    return 2 ** (Math.floor(i / SUB) + LEAST_EXPONENT) * (1 + (i % SUB) / SUB);
  }),
);

/** How many buckets there are, with the one behind the last bound. */
export const BUCKETS: number = LATENCY_BOUNDS.length + 1;

// A double's exponent and first four bits of mantissa are the number of its bucket: no logarithm, and no garbage.
const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);
double[0] = 1;
const HIGH = halves[1] === 0 ? 0 : 1;
const SHIFT = 20 - SUB_BITS;
const FIRST = ((1_023 + LEAST_EXPONENT) << SUB_BITS) - 1;
const REST = 2 ** SHIFT - 1;
const LEAST = LATENCY_BOUNDS[0] as number;
const MOST = LATENCY_BOUNDS.at(-1) as number;

/** The bucket of a duration in milliseconds. What is no number counts as 0. */
export function bucketOf(milliseconds: number): number {
  if (!(milliseconds > LEAST)) return 0;
  if (milliseconds > MOST) return BUCKETS - 1;
  double[0] = milliseconds;
  const high = halves[HIGH] as number;
  // A bucket includes its upper end, where a double's bits are those of the next.
  const isBound = halves[1 - HIGH] === 0 && (high & REST) === 0;
  return (high >>> SHIFT) - FIRST - (isBound ? 1 : 0);
}
