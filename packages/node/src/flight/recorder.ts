import { type Observer, type Panic, parseStack, type RequestContext, UNMATCHED } from "@sop/core";
import { InFlightTable } from "../blackbox/in-flight.js";
import type { BlackBox } from "../blackbox/memory.js";
import { Names, OTHER_NAME } from "../blackbox/names.js";
import type { NoteKind } from "../blackbox/record.js";
import { RecordRing } from "../blackbox/record-ring.js";
import { maskData, maskText } from "../forensics/mask.js";
import type { CallObserver } from "../http/calls.js";
import type { LiveCall } from "../http/live-call.js";
import { eachBeat } from "../sensors/metronome.js";
import { routeShape } from "./route-shape.js";

/** Beats between two looks at what is in flight. */
const EVERY = 2;
/** So many of the requests in flight are looked at five times a second. */
const MOST_LOOKS = 1_000;
const MOST_TEXT = 300;
const FRAMES = 6;

/** Writes what happens to a service into the memory's records and entries. */
export class Recorder {
  readonly #ring: RecordRing;
  readonly #names: Names;
  readonly #table: InFlightTable;
  readonly #requests = new Map<RequestContext, number>();
  readonly #calls = new Map<LiveCall, number>();
  readonly #rest: () => void;
  #beats = 0;

  constructor(box: BlackBox) {
    this.#ring = new RecordRing(box);
    this.#names = new Names(box);
    this.#table = new InFlightTable(box);
    this.#rest = eachBeat(() => {
      if (++this.#beats % EVERY === 0) this.#look();
    });
  }

  /** To be given to `sop.observe`. */
  readonly observer: Observer = {
    name: "flight",
    opened: (context) => {
      const method = this.#names.of(context.method);
      const entry = this.#table.request(Date.now(), method, this.#routeSoFar(context), context.id);
      this.#requests.set(context, entry);
    },
    deadlineExpired: (context) => this.#phase(context, "expired"),
    closed: (context, status, duration) => {
      const entry = this.#requests.get(context);
      // It was opened before anybody listened.
      const isExpired = entry !== undefined && this.#table.phaseOf(entry) === "expired";
      const { method, route, id } = context;
      const trace = context.isTraced ? context.traceId : "";
      const names = this.#names;
      this.#ring.request(Date.now(), names.of(method), names.of(route), status, duration, isExpired, id, trace);
      if (entry === undefined) return;
      this.#table.end(entry);
      this.#requests.delete(context);
    },
    panicked: (context, panic) => {
      if (context) this.#phase(context, "failed");
      this.#panicked(context, panic);
    },
    breakerChanged: (change) =>
      this.#note("breaker", `${change.breaker}: ${change.previous} -> ${change.state} (${change.cause})`),
    flagChanged: ({ flag, value, previous, source }) => {
      // Under its own name, so that the value of a flag that is a secret is masked.
      const [before, after] = [maskData({ [flag]: previous }), maskData({ [flag]: value })].map((masked) =>
        JSON.stringify((masked as Readonly<Record<string, unknown>>)[flag]),
      );
      this.#note("flag", `${flag}: ${before} -> ${after} (${source})`);
    },
    sourceChanged: ({ source, state, revision, problem }) =>
      this.#note("source", [`${source}: ${state}`, revision, problem].filter((part) => part !== undefined).join(", ")),
    ruleChanged: ({ rule, from, to, flags }) => this.#note("rule", `${rule}: ${from} -> ${to} (${flags.join(", ")})`),
    faultInjected: ({ id }, { middleware, mode }) => this.#note("fault", `${mode} in ${middleware}`, id),
    outgoingFound: (finding) => {
      const route = finding.kind === "retry_storm" ? undefined : finding.route;
      this.#note("outgoing", `${finding.kind}: ${finding.host}${route === undefined ? "" : `, of ${route}`}`);
    },
    drainStarted: (reason) => this.#note("drain", `started: ${reason}`),
    drained: (left) => this.#note("drain", `drained, ${left} left`),
    incidentOpened: ({ id, triggers }) => this.#note("incident", `opened ${id}: ${triggers[0]?.kind}`),
    incidentClosed: ({ id }) => this.#note("incident", `closed ${id}`),
  };

  /** To be given to `observeCalls`. */
  readonly calls: CallObserver = {
    started: (call) => {
      const from = call.context ? this.#routeSoFar(call.context) : OTHER_NAME;
      const entry = this.#table.call(Date.now(), this.#names.of(call.host), from, call.context?.id ?? "");
      this.#calls.set(call, entry);
    },
    ended: (call, status, outcome, milliseconds) => {
      const { context, host, isRetry } = call;
      const names = this.#names;
      const from = context ? this.#routeSoFar(context) : OTHER_NAME;
      this.#ring.call(Date.now(), names.of(host), from, status, outcome, milliseconds, isRetry, context?.id ?? "");
      const entry = this.#calls.get(call);
      if (entry === undefined) return;
      this.#table.end(entry);
      this.#calls.delete(call);
    },
  };

  /** A line of the log; `what` must be masked. */
  log(level: "warn" | "error", what: string, requestId: string): void {
    this.#ring.note("log", Date.now(), what, requestId, level === "error" ? 1 : 0);
  }

  stop(): void {
    this.#rest();
    this.#requests.clear();
    this.#calls.clear();
  }

  #note(kind: NoteKind, what: string, requestId = ""): void {
    this.#ring.note(kind, Date.now(), maskText(what).slice(0, MOST_TEXT), requestId);
  }

  #panicked(context: RequestContext | undefined, panic: Panic): void {
    const { at, origin, name, type, code = "", message, stack } = panic;
    const lines = [
      ...[name, type, code, message].map((line) => maskText(line).replace(/\s+/g, " ").slice(0, MOST_TEXT)),
      // A function may be named after what it was made for.
      ...parseStack(stack)
        .slice(0, FRAMES)
        .map(({ function: fn = "", file, line, column }) => `${maskText(fn)} ${file}:${line}:${column}`.trim()),
    ];
    this.#ring.panic({
      at,
      origin,
      method: context ? this.#names.of(context.method) : OTHER_NAME,
      route: context ? this.#routeSoFar(context) : OTHER_NAME,
      requestId: context?.id ?? "",
      text: lines.join("\n"),
    });
  }

  #phase(context: RequestContext, phase: "expired" | "failed"): void {
    const entry = this.#requests.get(context);
    if (entry !== undefined) this.#table.phase(entry, phase);
  }

  /** Before the framework has told the route, the path without what looks like a value stands for it. */
  #routeSoFar(context: RequestContext): number {
    const { route } = context;
    return this.#names.of(route === UNMATCHED ? routeShape(context) : route);
  }

  /** What has become known meanwhile of those that take their time. */
  #look(): void {
    let left = MOST_LOOKS;
    for (const [context, entry] of this.#requests) {
      if (left-- === 0) return;
      if (context.route !== UNMATCHED) this.#table.route(entry, this.#names.of(context.route));
      const { headersSent } = Object(context.exchange) as { readonly headersSent?: unknown };
      if (headersSent === true && this.#table.phaseOf(entry) === "opened") this.#table.phase(entry, "answering");
    }
  }
}
