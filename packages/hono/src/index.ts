export { type SopEnv, type SopMiddleware, sop } from "./adapter.js";
