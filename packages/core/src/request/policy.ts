import type { Reply } from "./reply.js";
import type { RequestContext } from "./request-context.js";

/** Decides in `admit` whether a request may go on. Policies are asked in their order; the first refusal is the answer. */
export interface AdmissionPolicy {
  /** The `reason` under which refusals are counted. */
  readonly name: string;
  /** Nothing, or the reply that refuses. What it throws is reported once, and the request is admitted. */
  admit(context: RequestContext): Reply | undefined;
}
