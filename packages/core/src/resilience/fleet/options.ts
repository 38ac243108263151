import type { OptionCheck } from "../../options/check.js";
import type { Duration } from "../../options/duration.js";
import type { FleetStore } from "./store.js";

/** Options of a fleet that shares what its breakers have seen. */
export interface FleetOptions {
  readonly store: FleetStore;
  /** This instance's name. Default: a new random one. */
  readonly instance?: string;
  /** Share of the live instances at which a breaker opens with the others, above 0, at most 1. Default 0.5. */
  readonly quorum?: number;
  /** Below so many live instances there is no quorum, 2 to 10,000: of two, each would be half. Default 3. */
  readonly minimumInstances?: number;
  /** How often an instance says that it lives, 100 ms to 1 h. Default 5 s. What it says is valid for three times as long. */
  readonly heartbeat?: Duration;
}

/** Options with every default filled in. */
export interface FleetSettings {
  readonly store: FleetStore;
  readonly instance: string;
  readonly quorum: number;
  readonly minimumInstances: number;
  readonly heartbeat: number;
}

const NO_STORE: FleetStore = { publish: () => Promise.resolve(), watch: () => ({ [Symbol.asyncIterator]: none }) };

function none(): AsyncIterator<never> {
  return { next: () => Promise.resolve({ done: true, value: undefined }) };
}

/** Reads the options of a fleet; `undefined` where there is none. `newName`: makes a name for this instance. */
export function readFleetOptions(parent: OptionCheck, newName: () => string): FleetSettings | undefined {
  if (parent.value("fleet") === undefined) return undefined;
  const check = parent.nested("fleet", ["store", "instance", "quorum", "minimumInstances", "heartbeat"]);
  if (check.value("store") === undefined) check.reject("store", "an object with the methods publish, watch");
  return {
    store: check.port<FleetStore>("store", ["publish", "watch"], NO_STORE),
    instance: check.text("instance", newName()),
    quorum: check.share("quorum", 0.5),
    minimumInstances: check.integer("minimumInstances", 3, 2, 10_000),
    heartbeat: check.duration("heartbeat", 5_000, 100, 3_600_000),
  };
}
