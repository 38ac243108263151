export type { WatchOptions } from "./http/options.js";
export { watchOutgoing } from "./http/watch.js";
