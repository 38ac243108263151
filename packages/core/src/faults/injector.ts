/**
 * What an injector does. `fail-fast`: answers in the middleware's place. `delay`: the middleware, or what comes after admission, begins
 * later. `fault`: the middleware throws, which is a panic. `abort`: the connection is cut; where there is none to be cut (Workers) it is
 * as `fail-fast`.
 */
export const FAULT_MODES = ["fail-fast", "delay", "fault", "abort"] as const;

/** The name of what an injector does. */
export type FaultMode = (typeof FAULT_MODES)[number];

/** One fault that is injected on purpose: an item of `injectors` in `troubleshoot.yaml`. */
export interface FaultInjector {
  /**
   * Where: the name given by `sop.middleware(name, fn)`; or, before the handler, `*` for each request, or a route's template
   * (`/items/:id`) where the framework knows the route by then, as Fastify and Hono do. 1 to 128 printable ASCII characters.
   */
  readonly middleware: string;
  /** `fault` needs a named middleware. */
  readonly mode: FaultMode;
  /**
   * In which requests, all of a list together: `header:<name>` or `header:<name>: <value>`, `path:<path>` (a `*` at its end stands for
   * any rest), `method:<method>`, `percentage:<above 0, at most 100>`. Default: in all.
   */
  readonly trigger?: string | readonly string[];
  /** What `fail-fast` answers. Default: the problem document of `SOP_INJECTED`, 503. */
  readonly response?: FaultResponse;
  /** How long a `delay` is, in milliseconds, 1 to 3,600,000. The request's deadline, or its client's leaving, ends it. */
  readonly duration_ms?: number;
}

/** An answer in a middleware's place. */
export interface FaultResponse {
  /** 200 to 599, without 204, 205 and 304, which have no body. Default 503. */
  readonly status?: number;
  /** Default: empty. It is told to be JSON where it is, else plain text. */
  readonly body?: string;
}
