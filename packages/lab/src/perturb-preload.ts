import { isMainThread } from "node:worker_threads";
import { beginPerturbation, readPerturbation } from "./perturb/of-process.js";

// Loaded into a script before its own code.
const settings = readPerturbation(process.env);
if (settings?.what === "script" && isMainThread) beginPerturbation(settings);
