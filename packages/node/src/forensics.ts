export { forensics } from "./forensics/attach.js";
export type { RecordedBody, RecordedRequest } from "./forensics/failing-request.js";
export {
  type IncidentRecord,
  type ListedIncident,
  listIncidents,
  type RecordedTrigger,
  readIncident,
} from "./forensics/incident-file.js";
export { markStep } from "./forensics/mark-step.js";
export type { ForensicsOptions, HeavyBudget } from "./forensics/options.js";
export { type Packed, packIncident } from "./forensics/pack/pack.js";
export { type Unpacked, type UnpackLimits, unpack, unpackIncident } from "./forensics/pack/unpack.js";
export {
  type IncidentEvidence,
  type ReportForm,
  readEvidence,
  readWindow,
  renderReport,
} from "./forensics/read-evidence.js";
export { type Salvaged, salvage, type Unusable } from "./forensics/salvage.js";
export { type VerifiedFile, verifyBundle } from "./forensics/verify.js";
