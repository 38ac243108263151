export { drain, drainServer } from "./drain/attach.js";
export type { DrainableServer, GrpcServer, WebSocketServer } from "./drain/doors.js";
export { type HealthListener, type HealthServer, healthListener, serveHealth } from "./drain/health.js";
export type { DrainOptions } from "./drain/options.js";
