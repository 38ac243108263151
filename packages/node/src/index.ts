export { createSop, type NodeOptions } from "./create-sop.js";
