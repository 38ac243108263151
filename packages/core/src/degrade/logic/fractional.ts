import type { Operands, Rule } from "./compile.js";
import { murmur3 } from "./murmur3.js";
import type { Operator } from "./operators.js";
import { member } from "./values.js";

/** The sum of weights that flagd allows. */
const MAX_TOTAL = 2 ** 31 - 1;

interface Bucket {
  readonly variant: Rule;
  readonly weight: Rule;
}

/**
 * Splits by a hash, each bucket by its weight: bucket `(murmur3(key) * total) >> 32`. As flagd, the key is what the first operand
 * gives, where that is no bucket, else the flag's name and the targeting key. Whether a key is among the first `w` of `total` depends
 * on nothing but `w / total`, so a share that grows moves nobody back. It gives `null` without a key.
 */
export const fractional: Operator = (operands) => {
  const explicit = !Array.isArray(operands.given[0]);
  const start = explicit ? 1 : 0;
  operands.expect(start + 1, Number.POSITIVE_INFINITY);
  const given = operands.given.slice(start);
  const buckets = given.map((bucket, i) => readBucket(operands, bucket, i + start));
  const literal = given.flatMap((bucket) => literalWeight(bucket) ?? []);
  const pick = literal.length === given.length ? fixed(buckets, literal, operands) : computed(buckets);
  const { flag, notes } = operands.purpose;
  const key = explicit ? operands.rule(0) : undefined;
  const hash = murmur3(explicit ? "" : flag);
  return (data, root) => {
    const by = key ? key(data, root) : targetingKey(root);
    if (typeof by !== "string") {
      notes.keyless = true;
      return null;
    }
    notes.split = true;
    return pick(hash(by), data, root);
  };
};

function targetingKey(root: unknown): string | undefined {
  const key = member(root, "targetingKey");
  if (typeof key === "number") return String(key);
  return typeof key === "string" && key !== "" ? key : undefined;
}

function readBucket(operands: Operands, bucket: unknown, index: number): Bucket {
  if (!Array.isArray(bucket) || bucket.length === 0 || bucket.length > 2) {
    return operands.reject(bucket, "a variant and its weight: [variant, 10]", index);
  }
  const [variant, weight = 1] = bucket as readonly unknown[];
  if (operands.isResult && typeof variant !== "object") operands.checkVariant(variant, index, 0);
  if (typeof weight !== "object" && !Number.isSafeInteger(weight)) {
    operands.reject(weight, "a whole number; for 0.5 % of 100 write 5 of 1000", index, 1);
  }
  return { variant: operands.part(index, 0), weight: bucket.length === 2 ? operands.part(index, 1) : () => 1 };
}

function literalWeight(bucket: unknown): number | undefined {
  const [, weight = 1] = bucket as readonly unknown[];
  // Below 0 is what a computed share may come to.
  return typeof weight === "number" ? Math.max(0, weight) : undefined;
}

type Pick = (hash: number, data: unknown, root: unknown) => unknown;

function fixed(buckets: readonly Bucket[], weights: readonly number[], operands: Operands): Pick {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total > MAX_TOTAL) operands.reject(total, `weights that are ${MAX_TOTAL} at most in all`);
  return (hash, data, root) => {
    const place = scale(hash, total);
    let end = 0;
    for (let i = 0; i < weights.length; i++) {
      end += weights[i] as number;
      if (place < end) return (buckets[i] as Bucket).variant(data, root);
    }
    return null;
  };
}

/** `null` where a weight is no whole number. */
function computed(buckets: readonly Bucket[]): Pick {
  return (hash, data, root) => {
    const weights = buckets.map(({ weight }) => weight(data, root));
    const clamped = weights.map((weight) => (Number.isInteger(weight) ? Math.max(0, weight as number) : Number.NaN));
    const total = clamped.reduce((sum, weight) => sum + weight, 0);
    if (!(total <= MAX_TOTAL)) return null;
    const place = scale(hash, total);
    let end = 0;
    const chosen = clamped.findIndex((weight) => {
      end += weight;
      return place < end;
    });
    return buckets[chosen]?.variant(data, root) ?? null;
  };
}

/** `(hash * total) >> 32`, whole. The product may have 63 bits, so it is made of two halves that a number can hold. */
function scale(hash: number, total: number): number {
  const low = Math.floor(((hash & 0xffff) * total) / 0x10000);
  return Math.floor(((hash >>> 16) * total + low) / 0x10000);
}
