import { ERRORS, type ErrorCode, type ErrorEntry } from "@sop/core";

const OWN = {
  SOP_ERR_REQUEST: { status: 400, retryable: false },
  SOP_ERR_UNAUTHORIZED: { status: 401, retryable: false },
  SOP_ERR_FORBIDDEN: { status: 403, retryable: false },
  SOP_ERR_NOT_FOUND: { status: 404, retryable: false },
  SOP_ERR_METHOD: { status: 405, retryable: false },
  SOP_ERR_SLOW: { status: 408, retryable: true },
  SOP_ERR_CONFLICT: { status: 409, retryable: false },
  SOP_ERR_TOO_LARGE: { status: 413, retryable: false },
  SOP_ERR_MEDIA_TYPE: { status: 415, retryable: false },
  SOP_ERR_RATE: { status: 429, retryable: true },
  SOP_ERR_BLOCKED: { status: 503, retryable: true },
};

/** A code that the admin plane may answer with. */
export type PlaneCode = ErrorCode | keyof typeof OWN;

/** The error table with what only the admin plane answers: an application on the edge, which has none, does not carry it. */
export const CODES: Readonly<Record<PlaneCode, Pick<ErrorEntry, "status" | "retryable">>> = { ...ERRORS, ...OWN };
