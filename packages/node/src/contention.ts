export type { GenericPool } from "./contention/adapters/generic.js";
export { asContext } from "./contention/branch.js";
export { type Waiting, waitingOf } from "./contention/numbers.js";
export { trackFiles } from "./contention/races/files/watch-files.js";
export { type TrackStoreOptions, trackStore } from "./contention/races/store.js";
export { track } from "./contention/track.js";
