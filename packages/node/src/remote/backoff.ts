import { createHash } from "node:crypto";

const FIRST = 100;

/**
 * Numbers of 0..1, 1 left out, that one instance always gets and another does not: mulberry32 (Tommy Ettinger, public domain) from
 * the hash of its name. A fleet whose instances lose the same server spreads by it.
 */
export function seededRandom(instance: string): () => number {
  let state = createHash("sha256").update(instance).digest().readUInt32LE();
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Milliseconds to wait after so many failures in a row: any share of a bound that doubles from 100 ms up to `max` ("full jitter", Marc
 * Brooker, Exponential Backoff And Jitter, 2015).
 */
export function backoff(failures: number, max: number, random: () => number): number {
  return random() * Math.min(max, FIRST * 2 ** Math.min(failures, 20));
}
