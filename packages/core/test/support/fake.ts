import { globSync } from "node:fs";
import { join } from "node:path";
import type {
  AsyncContext,
  Clock,
  Host,
  Ids,
  Lifecycle,
  Logger,
  Reply,
  RequestContext,
  Sop,
  SopOptions,
} from "@sop/core";
import { createSop, markOwnFile } from "@sop/core";

const sources = join(import.meta.dirname, "../../src");

// Built, the core is one file that knows itself; here each of its sources is a file of its own.
for (const file of globSync("**/*.ts", { cwd: sources })) markOwnFile(join(sources, file));

/** Time that passes only when told to. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  #timers: { due: number; fn: () => void }[] = [];

  now(): number {
    return 1_700_000_000_000 + this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  setTimeout(fn: () => void, ms: number): unknown {
    const timer = { due: this.#now + ms, fn };
    this.#timers.push(timer);
    return timer;
  }

  clearTimeout(handle: unknown): void {
    this.#timers = this.#timers.filter((timer) => timer !== handle);
  }

  get pending(): number {
    return this.#timers.length;
  }

  /** Lets `ms` milliseconds pass, calling what becomes due in its order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.due);
      next.fn();
    }
    this.#now = end;
  }

  /** A blocked event loop: time passes, and no timer is called until `advance`. */
  block(ms: number): void {
    this.#now += ms;
  }
}

/** A process that can crash and whose end is only written down. */
export class FakeHost implements Host {
  readonly env: Record<string, string | undefined> = {};
  readonly exits: number[] = [];
  readonly #turned: (() => void)[] = [];
  #listener: ((error: unknown, origin: "uncaughtException" | "unhandledRejection") => void) | undefined;

  onCrash(listener: (error: unknown, origin: "uncaughtException" | "unhandledRejection") => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }

  get guarded(): boolean {
    return this.#listener !== undefined;
  }

  crash(error: unknown, origin: "uncaughtException" | "unhandledRejection" = "uncaughtException"): void {
    this.#listener?.(error, origin);
  }

  afterTurn(fn: () => void): void {
    this.#turned.push(fn);
  }

  /** The event loop turns. */
  turn(): void {
    for (const fn of this.#turned.splice(0)) fn();
  }

  exit(code: number): void {
    this.exits.push(code);
  }
}

/** A context that a test sets by hand. */
export class FakeAsyncContext implements AsyncContext {
  current: RequestContext | undefined;

  run<A extends unknown[], R>(context: RequestContext, fn: (...args: A) => R, ...args: A): R {
    const before = this.current;
    this.current = context;
    try {
      return fn(...args);
    } finally {
      this.current = before;
    }
  }

  getStore(): RequestContext | undefined {
    return this.current;
  }
}

/** Counts up, so that tests can name what they expect. */
export function countingIds(): Ids {
  let n = 0;
  const next = (length: number): string => (++n).toString(16).padStart(length, "0");
  return { requestId: () => `id-${++n}`, traceId: () => next(32), spanId: () => next(16) };
}

export interface Line {
  readonly level: string;
  readonly fields: Record<string, unknown>;
  readonly message: string | undefined;
}

export function recordingLogger(): Logger & { lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: string) => (fields: object, message?: string) => {
    lines.push({ level, fields: { ...fields }, message });
  };
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** What a fake adapter answers through. */
export interface FakeExchange {
  route: string | undefined;
  replies: Reply[];
}

export interface Bench {
  readonly sop: Sop;
  readonly clock: FakeClock;
  readonly host: FakeHost;
  readonly asyncContext: FakeAsyncContext;
  readonly log: ReturnType<typeof recordingLogger>;
  readonly life: Lifecycle<FakeExchange>;
  /** Opens a request. */
  open(headers?: Record<string, string>, options?: { method?: string; route?: string | undefined }): RequestContext;
  /** The replies that the core sent by itself. */
  replies(context: RequestContext): Reply[];
}

/** A Sop whose every port is a fake, and an adapter that only writes down what it is told. */
export function bench(options: SopOptions = {}): Bench {
  const clock = new FakeClock();
  const host = new FakeHost();
  const asyncContext = new FakeAsyncContext();
  const log = recordingLogger();
  const sop = createSop({
    service: "test",
    logger: log,
    ...options,
    ports: { clock, host, asyncContext, ids: countingIds(), ...options.ports },
  });
  const life = sop.lifecycle<FakeExchange>({
    name: "fake",
    route: (exchange) => exchange.route,
    respond: (exchange, reply) => {
      exchange.replies.push(reply);
    },
  });
  return {
    sop,
    clock,
    host,
    asyncContext,
    log,
    life,
    open: (headers = {}, { method = "GET", route = "/items/:id" } = {}) =>
      life.open({ method, headers }, { route, replies: [] }, "127.0.0.1"),
    replies: (context) => (context.exchange as FakeExchange).replies,
  };
}
