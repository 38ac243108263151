/** What one instance of a service says of its breakers, by what it has seen itself. */
export interface FleetOpinion {
  /** The instance's name, one of a kind in the fleet. */
  readonly instance: string;
  /** Names of the breakers that it has opened by its own calls, and not closed again. */
  readonly open: readonly string[];
}

/**
 * Where the instances of one service tell each other of their breakers. An engine keeps it: a key with a lease in etcd, one with an
 * expiry in Redis. Both methods may reject: the breakers then decide alone until it is back.
 */
export interface FleetStore {
  /** Puts this instance's opinion in the place of its earlier one. It is forgotten after `ttl` milliseconds, unless it is put again. */
  publish(opinion: FleetOpinion, ttl: number): Promise<void>;
  /** Yields the opinions of all live instances, this one's among them: first the present ones, then at each change. */
  watch(signal: AbortSignal): AsyncIterable<readonly FleetOpinion[]>;
}

/** How an instance stands to its fleet. `alone`: the store is out of reach, and the breakers decide by themselves. */
export type FleetState =
  | { readonly kind: "together"; readonly opinions: readonly FleetOpinion[] }
  | { readonly kind: "alone"; readonly problem: string };
