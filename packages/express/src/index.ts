export { type ExpressSop, type RouteMiddleware, sop } from "./adapter.js";
