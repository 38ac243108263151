export { type FlightParts, flight } from "./flight/attach.js";
export type { FlightOptions, SnapshotSignal } from "./flight/options.js";
