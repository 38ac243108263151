export { type FlightParts, flight } from "./flight/attach.js";
export { bury } from "./flight/dead-boxes.js";
export type { DeadIncident, KnownProcess, Morgue } from "./flight/dead-incident.js";
export { LISTEN_VARIABLE } from "./flight/listen-fd.js";
export { countOomKills } from "./flight/oom-kills.js";
export type { FlightOptions, SnapshotSignal } from "./flight/options.js";
export { postMortemOf, type SeenDeath } from "./flight/post-mortem.js";
export { readTold, SUPERVISOR_DIRECTORY, type Told } from "./flight/supervised.js";
