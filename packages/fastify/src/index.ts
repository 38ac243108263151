export { type FastifySop, sop } from "./adapter.js";
