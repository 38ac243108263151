import type { OpenedIncident, RecordedStack, RecordedWindow } from "@sop/core";
import type { BoxPlace } from "../../flight/box-place.js";
import type { Origin } from "../../forensics/bundle.js";
import type { WatchdogSettings } from "../options.js";

/** What the watchdog is started with. */
export interface WatchdogStart {
  /** Tells this worker from any other use of its file. */
  readonly sopWatchdog: true;
  /** The memory of the black box. */
  readonly memory: SharedArrayBuffer;
  readonly settings: WatchdogSettings;
  /** Where incidents are written; `undefined` where none are. */
  readonly incidents: { readonly dir: string; readonly keep: number; readonly maxBytes: number } | undefined;
  readonly origin: Origin;
  /** Where the memory is kept; `undefined` where it is not. */
  readonly boxFile: BoxPlace | undefined;
  /** Milliseconds since 1970: when the process was started. */
  readonly startedAt: number;
}

/** What the watchdog saw of a main thread that was silent. */
export interface Blocked {
  /** Milliseconds since 1970: when the silence began. */
  readonly since: number;
  readonly stacks: readonly RecordedStack[];
}

/** From the watchdog to the main thread, which reads it when it turns. */
export type ToMain =
  /** `incident`: what the watchdog has opened already, to be taken over; without it the open one is joined. */
  | { readonly kind: "blocked"; readonly incident: OpenedIncident | undefined; readonly blocked: Blocked }
  /** Signals are not normal: an incident is opened, or joined; `since`: when that was first seen. */
  | { readonly kind: "open"; readonly signal: string; readonly since: number }
  /** They still are not: it stays open; `isNews`: and is diagnosed again. */
  | { readonly kind: "stay"; readonly isNews: boolean }
  /** What do the parts of the main thread know? */
  | { readonly kind: "ask"; readonly id: number }
  | {
      readonly kind: "tell";
      readonly level: "info" | "warn" | "error";
      readonly fields: object;
      readonly text: string;
    };

/** From the main thread to the watchdog. */
export type ToWatchdog =
  /** The open incident; `undefined` where there is none. */
  | { readonly kind: "incident"; readonly id: string | undefined }
  /** Something was seen that no sample shows; with what the parts of the main thread know. */
  | { readonly kind: "suspicion"; readonly window: Partial<RecordedWindow> }
  /** What was asked for. */
  | { readonly kind: "window"; readonly id: number; readonly window: Partial<RecordedWindow> };
