export { forensics } from "./forensics/attach.js";
export type { RecordedBody, RecordedRequest } from "./forensics/failing-request.js";
export {
  type IncidentRecord,
  type ListedIncident,
  listIncidents,
  markStep,
  type RecordedTrigger,
  readIncident,
} from "./forensics/incident-file.js";
export type { ForensicsOptions } from "./forensics/options.js";
