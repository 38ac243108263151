export { type FastifySop, sop } from "./adapter.js";
export type { SopRouteConfig } from "./route-config.js";
