import type { Sample, SampleFieldName } from "@sop/core";

/** What may be trouble that samples alone do not tell, from which value on. */
const SIGNS: readonly (readonly [SampleFieldName, number])[] = [
  ["lock_waiting_count", 1],
  ["pool_waiting_count", 1],
  ["in_oldest_ms", 1_000],
  ["out_oldest_ms", 1_000],
  ["in_failed_count", 1],
  ["in_timeout_count", 1],
  ["in_canceled_count", 1],
  ["out_queued_count", 1],
  ["out_unread_count", 1],
];
/** How far back they are looked for, in milliseconds. */
const RECENT = 2_000;

/** The names of the figures that ask for a closer look. */
export function signsIn(samples: readonly Sample[], now: number): SampleFieldName[] {
  const recent = samples.filter(({ at }) => now - at <= RECENT);
  return SIGNS.flatMap(([name, least]) => (recent.some((sample) => (sample[name] ?? 0) >= least) ? [name] : []));
}

const PAUSES = [1_000, 1_000, 1_000, 2_000, 2_000, 5_000];

/** When a closer look is due: at once for a sign that is new, then less and less often while nothing comes of it. */
export class Attention {
  #signs = "";
  #looks = 0;
  #next = 0;

  /** Whether to look closer now. `now` in milliseconds, of a clock that never steps. */
  isDue(signs: readonly string[], now: number): boolean {
    const key = signs.join();
    if (key !== this.#signs) this.#looks = 0;
    const isNew = key !== this.#signs;
    this.#signs = key;
    if (signs.length === 0 || (!isNew && now < this.#next)) return false;
    this.#next = now + (PAUSES[Math.min(this.#looks++, PAUSES.length - 1)] as number);
    return true;
  }
}
