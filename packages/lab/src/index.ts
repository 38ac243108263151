export { type Alias, parseAlias } from "./alias.js";
export type { Found } from "./perturb/found.js";
export { PerturbError, type PerturbOptions, perturb } from "./perturb/perturb.js";
export type { Step } from "./perturb/scheduler.js";
export type { Crash } from "./preload/crash.js";
export { type ReproOptions, type ReproRun, runRepro } from "./repro/run-repro.js";
export { type Repro, writeRepro } from "./repro/write-repro.js";
export type { Answer, SentRequest } from "./service/answer.js";
export { type Service, type ServiceOptions, startService } from "./service/start-service.js";
