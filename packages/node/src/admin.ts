export type { AuditRecord } from "./admin/audit.js";
export type { Role } from "./admin/endpoints/endpoint.js";
export type { AdminOptions, AdminTls, MetricsRegistry } from "./admin/options.js";
export type { AdminPlane } from "./admin/plane.js";
export { admin, adminOf } from "./admin/planes.js";
export type { Reason } from "./admin/problem.js";
