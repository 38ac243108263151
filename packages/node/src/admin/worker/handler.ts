import type { IncomingMessage, ServerResponse } from "node:http";
import type { AuditRecord } from "../audit.js";
import type { Answer, Asked, Caller, Endpoint, ReadEndpoint } from "../endpoints/endpoint.js";
import { readFiles } from "../endpoints/files.js";
import type { FilePartName, MainPartName, Parts } from "../endpoints/parts.js";
import { route } from "../endpoints/route.js";
import { isProblem, validate } from "../endpoints/validate.js";
import { discardBody, readBody } from "../guard/body.js";
import { refusePages } from "../guard/browser.js";
import type { Limits } from "../guard/limits.js";
import { readTarget, type Target } from "../guard/request-target.js";
import { hasToken, type Tokens } from "../guard/tokens.js";
import type { AdminSettings } from "../options.js";
import { Refusal } from "../problem.js";
import { sendAnswer, sendRefusal } from "./answer.js";
import type { Take } from "./evidence.js";
import { addressOf, type Gate } from "./gate.js";
import type { InspectorGuard } from "./inspector-guard.js";
import type { MainThread } from "./main-thread.js";
import type { Streams } from "./streams.js";

/** Answers for anyone. */
type Open = (request: IncomingMessage) => Answer | Promise<Answer>;

/** What the handler is made of. */
export interface HandlerParts {
  readonly settings: AdminSettings;
  readonly incidents: string | undefined;
  readonly endpoints: readonly Endpoint[];
  /** Of open endpoints, by id. */
  readonly open: Readonly<Record<string, Open>>;
  readonly tokens: Tokens;
  readonly gate: Gate;
  readonly limits: Limits;
  readonly main: MainThread;
  readonly streams: Streams;
  /** Of evidence, by id. */
  readonly evidence: Readonly<Record<string, Take>>;
  /** Told of the inspector, which must be closed in time. */
  readonly inspector: InspectorGuard;
  refused(record: AuditRecord): void;
  /** Told of what should not happen. */
  failed(operation: string, error: unknown): void;
}

const FILES: readonly string[] = ["incidents", "recorded", "packed"] satisfies readonly FilePartName[];

/** What is known of a request so far, for the audit. */
interface Known {
  operation: string;
  caller: Caller | undefined;
  target: Readonly<Record<string, string>> | undefined;
}

/** Takes a request from its first guard to its answer. Nothing that it is sent makes it throw. */
export class Handler {
  readonly #parts: HandlerParts;

  constructor(parts: HandlerParts) {
    this.#parts = parts;
  }

  /** `proceed` tells a caller who waits for it that its body is wanted. */
  async handle(request: IncomingMessage, response: ServerResponse, proceed: () => void): Promise<void> {
    const known: Known = { operation: "none", caller: undefined, target: undefined };
    try {
      await this.#answer(request, response, proceed, known);
    } catch (error) {
      // Who left needs no answer; the parser tells of those who were too slow.
      if (request.destroyed && !request.complete) return;
      if (response.closed) return;
      const refusal = error instanceof Refusal ? error : this.#failure(known.operation, error);
      await discardBody(request);
      this.#refuse(request, response, known, refusal);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, proceed: () => void, known: Known): Promise<void> {
    const { settings, open, tokens, gate, limits, endpoints } = this.#parts;
    const { method = "", url = "", headers } = request;
    refuseTwice(request.rawHeaders);
    refusePages(headers, { ...settings, isTls: settings.tls !== undefined });
    const target = readTarget(url);
    if (hasToken(target, tokens)) {
      throw new Refusal(
        "SOP_ERR_REQUEST",
        "tokenInUrl",
        "a token must not be in a URL: send it as X-Admin-Token, and replace it",
      );
    }
    const routed = route(endpoints, method === "HEAD" ? "GET" : method, target.path);
    const isForAnyone = endpoints.some(({ role, path }) => role === "anyone" && path === target.path);
    // Who is nobody does not learn what is there.
    const isGuarded = routed ? !isForAnyone : target.path.startsWith("/debug");
    if (isGuarded) known.caller = gate.caller(request);
    if (!routed)
      throw new Refusal("SOP_ERR_NOT_FOUND", "path", "there is no such path; /openapi.json has those that are");
    if ("allow" in routed) throw wrongMethod(routed.allow);
    const { endpoint, params } = routed;
    known.operation = endpoint.id;
    const caller = known.caller ?? { role: "viewer", identity: "anyone", address: addressOf(request) };
    if (endpoint.kind === "open") return sendAnswer(response, await (open[endpoint.id] as Open)(request));
    refuseRole(endpoint, caller, settings.readOnly);
    // Streams are bounded by how many there are, and all of them come back at once.
    if (endpoint.kind !== "stream") limits.call(caller.address, caller.identity);
    const asked = await this.#read(request, endpoint, params, target, caller, proceed);
    known.target = asked.params;
    // Who asks for the head alone is told what there would be.
    if (endpoint.kind === "evidence" && method === "HEAD") return sendAnswer(response, HEAD);
    if (endpoint.limit) limits.costly(endpoint.limit, caller.address);
    if (endpoint.kind === "stream") {
      const { types } = asked.query as { readonly types?: readonly string[] };
      return this.#parts.streams.add(response, { after: headers["last-event-id"] as string | undefined, types });
    }
    if (endpoint.kind === "evidence") return sendAnswer(response, await this.#take(endpoint, asked, response));
    sendAnswer(response, endpoint.kind === "read" ? await this.#see(endpoint, asked) : await this.#do(endpoint, asked));
  }

  /** What is asked for, after its check. */
  async #read(
    request: IncomingMessage,
    endpoint: Endpoint,
    params: Asked["params"],
    target: Target,
    caller: Caller,
    proceed: () => void,
  ): Promise<Asked> {
    const body = await readBody(request, proceed);
    const checked = validate(endpoint, { params, query: target.query.toString(), body, caller });
    if (!isProblem(checked)) return checked;
    const { code, detail, problems } = checked;
    throw new Refusal(code, "fields", detail, { problems });
  }

  async #see(endpoint: ReadEndpoint, asked: Asked): Promise<Answer> {
    const { main, incidents } = this.#parts;
    const files = endpoint.reads.filter((name): name is FilePartName => FILES.includes(name));
    const others = endpoint.reads.filter((name): name is MainPartName => !FILES.includes(name));
    const parts = await main.parts(others, asked);
    try {
      return endpoint.answer({ ...parts, ...readFiles(files, incidents, asked) } as Parts, asked);
    } catch (error) {
      // Of some parts there is no last known one.
      if (!parts.isLive) throw blocked();
      throw error;
    }
  }

  async #do(endpoint: Endpoint, asked: Asked): Promise<Answer> {
    const ran = await this.#parts.main.run(endpoint.id, asked);
    if (ran.is === "done") {
      if (endpoint.id === "openInspector") this.#parts.inspector.opened(ran.answer);
      if (endpoint.id === "closeInspector") this.#parts.inspector.closed();
      return ran.answer;
    }
    if (ran.is === "blocked") throw blocked();
    const problem =
      ran.is === "unfinished"
        ? ({ code: "SOP_TIMEOUT", detail: "it was begun and takes long; the audit log will say how it ended" } as const)
        : ({ code: "SOP_PANIC", detail: "it failed; the log of the service says how" } as const);
    return { problem };
  }

  async #take({ id }: Endpoint, asked: Asked, response: ServerResponse): Promise<Answer> {
    const left = new AbortController();
    const leave = (): void => left.abort();
    response.once("close", leave);
    try {
      return await (this.#parts.evidence[id] as Take)(asked, left.signal);
    } finally {
      response.off("close", leave);
    }
  }

  #failure(operation: string, error: unknown): Refusal {
    this.#parts.failed(operation, error);
    return new Refusal("SOP_PANIC", "failed", "it could not be answered; the log of the service says why");
  }

  #refuse(request: IncomingMessage, response: ServerResponse, known: Known, refusal: Refusal): void {
    const { reason, status } = refusal;
    this.#parts.refused({
      at: Date.now(),
      outcome: "refused",
      operation: known.operation,
      target: known.target,
      status,
      reason,
      identity: known.caller?.identity ?? "unknown",
      address: addressOf(request),
    });
    if (response.headersSent) return void response.destroy();
    // What was not read would be taken for the next request.
    const isUnread = !request.complete;
    sendRefusal(response, refusal, isUnread ? { connection: "close" } : {});
  }
}

const HEAD: Answer = { status: 200, type: "application/octet-stream", bytes: new Uint8Array(), file: "profile.pb.gz" };

function blocked(): Refusal {
  const detail = "the main thread of the service does not answer: nothing was done, and nothing will be";
  return new Refusal("SOP_ERR_BLOCKED", "mainThread", detail, { headers: { "retry-after": "1" } });
}

function wrongMethod(allow: readonly string[]): Refusal {
  const methods = [...allow, ...(allow.includes("GET") ? ["HEAD"] : [])].join(", ");
  return new Refusal("SOP_ERR_METHOD", "method", `the path knows ${methods}`, { headers: { allow: methods } });
}

function refuseRole(endpoint: Endpoint, caller: Caller, isReadOnly: boolean): void {
  if (endpoint.role === "operator" && caller.role !== "operator") {
    throw new Refusal("SOP_ERR_FORBIDDEN", "role", "this is for operators");
  }
  if (endpoint.kind === "command" && isReadOnly) {
    throw new Refusal("SOP_ERR_FORBIDDEN", "readOnly", "the listener is read-only");
  }
}

const ONCE = ["host", "origin", "x-admin-token", "authorization", "content-type", "content-length"];

// Of a header that is there twice some take the first and some the last.
function refuseTwice(raw: readonly string[]): void {
  const names = raw.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
  const twice = ONCE.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice) throw new Refusal("SOP_ERR_REQUEST", "headers", `the header ${twice} is there twice`);
}
