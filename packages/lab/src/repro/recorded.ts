import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SopError } from "@sop/core";
import { type IncidentRecord, type RecordedRequest, readIncident } from "@sop/node/forensics";
import type { SentRequest } from "../service/answer.js";

/** What of an incident is needed to make it happen again. */
export interface Recorded {
  readonly incident: IncidentRecord;
  readonly entry: string;
  readonly request: SentRequest & { readonly body: Buffer };
  /** Whether more of the body was received than was kept. */
  readonly isShortened: boolean;
  /** The diagnosis in one sentence. */
  readonly summary: string;
  readonly flags: unknown;
}

/** Reads an incident's directory. Throws `SOP_ERR_OPTION` where there is none, `SOP_ERR_LAB` where it does not hold enough. */
export function readRecorded(dir: string): Recorded {
  const incident = readIncident(dir);
  const { entry } = incident.process;
  if (entry === undefined) throw lacks(dir, "the file that the service was started with");
  const request = readJson(dir, "bundle/request.json") as RecordedRequest | undefined;
  if (request === undefined) throw lacks(dir, "the failing request: no request owned what failed");
  const { method, path, headers, body } = request;
  if (body === undefined && headers.some(declaresBody)) {
    throw lacks(dir, "the body of the failing request: give the service `forensics: { bodies: true }`");
  }
  const content = body === undefined ? "" : readFileSync(join(dir, body.file), "utf8");
  return {
    incident,
    entry,
    request: { method, path, headers, body: Buffer.from(content, "base64"), end: body?.end ?? "complete" },
    isShortened: body !== undefined && body.received > body.bytes,
    summary: summaryOf(readJson(dir, "diagnosis.json")),
    flags: readJson(dir, "bundle/flags.json") ?? {},
  };
}

function declaresBody([name, value]: readonly [string, string]): boolean {
  return /^transfer-encoding$/i.test(name) || (/^content-length$/i.test(name) && Number(value) > 0);
}

function readJson(dir: string, file: string): unknown {
  const path = join(dir, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

function summaryOf(diagnosis: unknown): string {
  const { summary } = Object(diagnosis) as { readonly summary?: unknown };
  return typeof summary === "string" ? summary : "What failed was not diagnosed.";
}

function lacks(dir: string, what: string): SopError {
  return new SopError("SOP_ERR_LAB", `${dir} cannot be reproduced: it lacks ${what}`);
}
