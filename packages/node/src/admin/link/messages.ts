import type { AuditRecord } from "../audit.js";
import type { Answer, Asked } from "../endpoints/endpoint.js";
import type { FeedEvent } from "../endpoints/event-types.js";
import type { MainPartName, Parts } from "../endpoints/parts.js";
import type { AdminSettings } from "../options.js";

/** What the worker is started with. */
export interface WorkerStart {
  /** Tells this worker from any other use of its file. */
  readonly sopAdmin: true;
  /** Where incidents are; `undefined` where none are recorded. */
  readonly incidents: string | undefined;
  readonly settings: AdminSettings & { readonly token: string };
  readonly pulse: Int32Array;
}

/** Parts that are asked for. */
export interface Question {
  readonly id: number;
  readonly parts: readonly MainPartName[];
  /** Of parts that depend on it. */
  readonly asked: Asked | undefined;
}

/** Text of a scrape. */
export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

/** From the worker to the main thread. */
export type ToMain =
  | { readonly kind: "ask"; readonly questions: readonly Question[] }
  | {
      readonly kind: "run";
      readonly id: number;
      readonly operation: string;
      readonly asked: Asked;
      readonly claim: Int32Array;
    }
  | { readonly kind: "scrape"; readonly id: number; readonly isOpenMetrics: boolean }
  | { readonly kind: "follow"; readonly isOn: boolean; readonly after: string | undefined }
  | { readonly kind: "audit"; readonly records: readonly AuditRecord[] }
  | { readonly kind: "tell"; readonly level: "info" | "warn" | "error"; readonly fields: object; readonly text: string }
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "unable"; readonly code: string; readonly text: string };

/** From the main thread to the worker. */
export type ToWorker =
  | { readonly kind: "parts"; readonly id: number; readonly parts: Partial<Parts> }
  | { readonly kind: "ran"; readonly id: number; readonly answer: Answer }
  | { readonly kind: "scraped"; readonly id: number; readonly scrape: Scrape }
  | { readonly kind: "failed"; readonly id: number }
  | { readonly kind: "events"; readonly events: readonly FeedEvent[]; readonly isBacklog: boolean }
  | { readonly kind: "end" };

/** Who has a command: it is run by the main thread, or given up by the worker, never both. */
export const CLAIM = { free: 0, running: 1, givenUp: 2 } as const;

/** Takes a command that nobody has; `false` where the other side has it. */
export function claim(cell: Int32Array, by: "running" | "givenUp"): boolean {
  return Atomics.compareExchange(cell, 0, CLAIM.free, CLAIM[by]) === CLAIM.free;
}
