export { createSop, type NodeOptions } from "./create-sop.js";
export type { NodeDrain } from "./drain/options.js";
