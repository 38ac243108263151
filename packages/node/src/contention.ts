export type { GenericPool } from "./contention/adapters/generic.js";
export { asContext } from "./contention/branch.js";
export { type Waiting, waitingOf } from "./contention/numbers.js";
export { track } from "./contention/track.js";
