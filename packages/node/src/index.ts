export { type RulesFile, readRulesFile } from "./config/rules-file.js";
export { createSop, type NodeOptions } from "./create-sop.js";
export type { NodeDrain } from "./drain/options.js";
export type { NodeOutgoingOptions } from "./http/options.js";
