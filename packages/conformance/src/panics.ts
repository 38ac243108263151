import type { RawRequest } from "./wire/request.js";

/** Who is answered, and with what. */
export type PanicAnswer =
  /** The request whose code failed gets 503 `SOP_PANIC`. */
  | "503"
  /** The answer was begun: its connection is closed, so that the client can see that it is cut. */
  | "cut"
  /** The application's own answer was complete, and stays. */
  | "own"
  /** Nobody is: the process is gone. */
  | "none";

/** What becomes of the process. */
export type PanicOutcome = "lives" | "drains" | "dies";

/** One line of the panic table: a way to fail, and what is promised for it. */
export interface PanicRow {
  /** Never changes its meaning. */
  readonly id: string;
  readonly failure: string;
  readonly request: RawRequest;
  readonly answer: PanicAnswer;
  /** The status that is counted in `http_requests_total`; `undefined` where nothing can be. */
  readonly status: number | undefined;
  /** What is added to `middleware_panic_total`. */
  readonly panics: number;
  readonly outcome: PanicOutcome;
}

const caught = { answer: "503", status: 503, panics: 1, outcome: "lives" } as const;
const uncaught = { answer: "503", status: 503, panics: 1, outcome: "drains" } as const;
const fatal = { answer: "none", status: undefined, panics: 0, outcome: "dies" } as const;

/** The panic table. docs/panic-model.md shows it to people; a test holds the two together. */
export const PANICS: readonly PanicRow[] = [
  { id: "P-01", failure: "a synchronous throw", request: { path: "/throw/error" }, ...caught },
  { id: "P-02", failure: "a rejected promise", request: { path: "/reject" }, ...caught },
  { id: "P-03", failure: "a throw of a string", request: { path: "/throw/string" }, ...caught },
  { id: "P-04", failure: "a throw of `null`", request: { path: "/throw/null" }, ...caught },
  { id: "P-05", failure: "a throw of a frozen object", request: { path: "/throw/frozen" }, ...caught },
  {
    id: "P-06",
    failure: "a throw of an object whose `message` getter throws",
    request: { path: "/throw/getter" },
    ...caught,
  },
  { id: "P-07", failure: "an `Error` with a cyclic `cause`", request: { path: "/throw/cyclic" }, ...caught },
  { id: "P-08", failure: "a framework's own HTTP error of 500", request: { path: "/throw/http500" }, ...caught },
  { id: "P-09", failure: "a throw in a named middleware", request: { path: "/named" }, ...caught },
  { id: "P-10", failure: "a throw in a `setTimeout` callback", request: { path: "/timer" }, ...uncaught },
  { id: "P-11", failure: "a throw in an `fs` callback", request: { path: "/fs" }, ...uncaught },
  { id: "P-12", failure: "an `EventEmitter`'s `error` without a listener", request: { path: "/emitter" }, ...uncaught },
  { id: "P-13", failure: "a stream's error without a listener", request: { path: "/stream" }, ...uncaught },
  { id: "P-14", failure: "a throw in `process.nextTick`", request: { path: "/nexttick" }, ...uncaught },
  {
    id: "P-15",
    failure: "a throw while the request's body is read",
    request: { method: "POST", path: "/data", body: "abc" },
    ...uncaught,
  },
  { id: "P-16", failure: "an unhandled rejection", request: { path: "/unhandled" }, ...uncaught },
  {
    id: "P-17",
    failure: "a rejected promise in a fire-and-forget call, after the answer",
    request: { path: "/forget" },
    answer: "own",
    status: 200,
    panics: 1,
    outcome: "drains",
  },
  {
    id: "P-18",
    failure: "a throw after the headers were sent",
    request: { path: "/late-headers" },
    answer: "cut",
    status: 503,
    panics: 1,
    outcome: "lives",
  },
  {
    id: "P-19",
    failure: "a throw after the response ended",
    request: { path: "/after-end" },
    answer: "own",
    status: 200,
    panics: 1,
    outcome: "lives",
  },
  {
    id: "P-20",
    failure: "a second answer after the first (double send)",
    request: { path: "/double-send" },
    answer: "own",
    status: 200,
    panics: 1,
    outcome: "lives",
  },
  { id: "P-21", failure: "`process.abort`", request: { path: "/abort" }, ...fatal },
  { id: "P-22", failure: "out of memory", request: { path: "/oom" }, ...fatal },
];

/** Where a framework leaves no other way: what holds instead of the table's line, and why. */
export type Deviation = Partial<Pick<PanicRow, "answer" | "status" | "panics" | "outcome">> & { readonly why: string };
