import type { IncomingMessage, ServerResponse } from "node:http";
import { CODES } from "../codes.js";
import type { Answer } from "../endpoints/endpoint.js";
import { problemText, type Refusal } from "../problem.js";

/** On every answer: nothing of it is kept, framed, sniffed or run. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

const PROBLEM = "application/problem+json";

/** Sends an answer; without its body where only the head was asked for. */
export function sendAnswer(response: ServerResponse, answer: Answer): void {
  if ("problem" in answer) {
    send(response, CODES[answer.problem.code].status, PROBLEM, problemText(answer.problem));
  } else if ("json" in answer) {
    send(response, answer.status, "application/json", `${JSON.stringify(answer.json)}\n`);
  } else if ("bytes" in answer) {
    const headers = { "content-disposition": `attachment; filename="${answer.file}"` };
    send(response, answer.status, answer.type, answer.bytes, headers);
  } else {
    send(response, answer.status, answer.type, answer.text);
  }
}

/** Sends why a request is refused. */
export function sendRefusal(
  response: ServerResponse,
  { status, code, message, problems, headers }: Refusal,
  more: Readonly<Record<string, string>>,
): void {
  const text = problemText({ code, detail: message, ...(problems && { problems }) });
  send(response, status, PROBLEM, text, { ...headers, ...more });
}

function send(
  response: ServerResponse & { req: IncomingMessage },
  status: number,
  type: string,
  content: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(content);
  response.writeHead(status, { ...SAFE_HEADERS, "content-type": type, "content-length": body.length, ...headers });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
