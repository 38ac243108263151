/** What an operator sets ends by itself, so that none is forgotten. Milliseconds. */
interface Expiry {
  /** Where nothing is said. */
  readonly usual: number;
  readonly min: number;
  readonly max: number;
}

/** Of a flag: 1 h, at most 24 h. */
export const FLAG_OVERRIDE: Expiry = { usual: 3_600_000, min: 1_000, max: 86_400_000 };

/** Of faults: 10 minutes, at most 1 h. */
export const FAULT_OVERRIDE: Expiry = { usual: 600_000, min: 1_000, max: 3_600_000 };

/** Of the inspector: 5 minutes, at most 1 h. */
export const INSPECTOR: Expiry = { usual: 300_000, min: 1_000, max: 3_600_000 };

/** Of a finer sampling of the heap: 5 minutes, at most 1 h. */
export const SAMPLING: Expiry = { usual: 300_000, min: 1_000, max: 3_600_000 };

/** How many flags may be overridden at once. */
export const MOST_OVERRIDES = 100;
