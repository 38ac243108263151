export { type ExpressSop, sop } from "./adapter.js";
