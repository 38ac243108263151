import { STATUS_CODES } from "node:http";
import { CODES, type PlaneCode } from "./codes.js";
import type { Problem } from "./endpoints/endpoint.js";

/** Which guard refused a request, for the audit: codes are coarser. */
export type Reason =
  | "body"
  | "busy"
  | "certificate"
  | "connections"
  | "contentType"
  | "failed"
  | "fields"
  | "headers"
  | "host"
  | "inspector"
  | "listeners"
  | "mainThread"
  | "malformed"
  | "method"
  | "origin"
  | "path"
  | "rate"
  | "readOnly"
  | "role"
  | "slow"
  | "token"
  | "tls"
  | "tokenInUrl";

/** A request that is refused, and what its caller is told. */
export class Refusal extends Error {
  readonly code: PlaneCode;
  readonly reason: Reason;
  readonly headers: Readonly<Record<string, string>>;
  readonly problems: Problem["problems"];

  /** `detail` says what to do; of what the caller sent it holds names of fields at most. */
  constructor(
    code: PlaneCode,
    reason: Reason,
    detail: string,
    { headers = {}, problems }: { headers?: Readonly<Record<string, string>>; problems?: Problem["problems"] } = {},
  ) {
    super(detail);
    this.code = code;
    this.reason = reason;
    this.headers = headers;
    this.problems = problems;
  }

  get status(): number {
    return CODES[this.code].status;
  }
}

/** The text of a problem document (RFC 9457). */
export function problemText({ code, detail, problems }: Problem, status: number = CODES[code].status): string {
  return `${JSON.stringify({ type: "about:blank", title: STATUS_CODES[status], status, code, detail, problems })}\n`;
}
