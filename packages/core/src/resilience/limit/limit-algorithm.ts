/** What the calls that ended in one window of time have told. */
export interface LimitSample {
  /** Mean duration, in milliseconds; 0 where all that ended was dropped. */
  readonly rtt: number;
  /** The most that were under way at the same time. */
  readonly inFlight: number;
  /** Whether any was refused or timed out further down. */
  readonly isDropped: boolean;
}

/** Bounds of a limit, and where it begins. */
export interface LimitBounds {
  readonly min: number;
  readonly max: number;
  readonly initial: number;
}

/** Makes a limit of what was measured. It knows of no clock and no call. */
export interface LimitAlgorithm {
  /** Calls that may be under way, between the bounds; a fraction is for the algorithm alone. */
  readonly limit: number;
  /** The duration without a queue as it is believed to be, in milliseconds; 0 before the first sample. */
  readonly minRtt: number;
  /** Calls that may wait further down before the limit stops growing. */
  readonly burstQueueSize: number;
  update(sample: LimitSample): void;
}
