export const FRAMEWORKS = ["fastify", "hono", "express", "nestjs"] as const;
export type Framework = (typeof FRAMEWORKS)[number];

/** The bare framework, with the adapter, or with today's stack of libraries. */
export type Variant = "bare" | "empty" | "sop" | "peers";

/** What the server under test tells of itself. */
export interface Reading {
  /** CPU time of the process, user and system, in microseconds. */
  readonly cpu: number;
  /** Heap in use after a full collection, in bytes. */
  readonly heap: number;
  /** Requests that wait. */
  readonly held: number;
}

/** What the bench asks of it. */
export type Question = "cpu" | "heap" | "release";
