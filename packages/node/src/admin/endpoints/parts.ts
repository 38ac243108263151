import type {
  BreakerCalls,
  BreakerStateName,
  Diagnosis,
  FaultInjector,
  FlagExplanation,
  FlagKind,
  FlagReason,
  FleetState,
  OverloadState,
  RequestInFlight,
  RuleStatus,
  ServingState,
  Signals,
  SourceState,
} from "@sop/core";
import type { IncidentRecord, RecordedTrigger } from "../../forensics/incident-file.js";
import type { RecordedLatency } from "../../latency/recording.js";

/** Of a list that may be longer than what is told of it: how long it is. */
interface Counted {
  readonly total: number;
}

/** The process that answers. */
export interface ServicePart {
  readonly name: string;
  readonly state: ServingState;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly pid: number;
  readonly node: string;
  /** `SOP_VERSION_COMMIT` and `SOP_VERSION_IMAGE`. */
  readonly commit: string | undefined;
  readonly image: string | undefined;
  /** The incident that is open. */
  readonly incident: OpenIncident | undefined;
}

/** The incident that is open. */
export interface OpenIncident {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  readonly trigger: string;
  readonly triggerCount: number;
  /** Steps taken so far: `contained`, `recorded`, ... */
  readonly steps: readonly string[];
}

/** How a breaker stands. */
export interface BreakerRow {
  readonly name: string;
  readonly state: BreakerStateName;
  /** What it decides by: its own window. */
  readonly window: {
    readonly type: "count" | "time";
    /** Calls, or milliseconds. */
    readonly size: number;
    /** Calls in it now. */
    readonly calls: number;
    readonly failureRate: number | undefined;
    readonly slowCallRate: number | undefined;
  };
  /** The last minute, counted beside the breaker; `undefined` for those beyond the first 1,000. */
  readonly lastMinute: LastMinute | undefined;
  /** Milliseconds until calls are tried again. */
  readonly retryAfter: number | undefined;
  /** Since the start, or the last `reset`. */
  readonly calls: BreakerCalls;
}

/** Calls that ended in the last minute. */
export interface LastMinute {
  readonly successful: number;
  readonly failed: number;
  readonly notPermitted: number;
  /** Failed calls for each that was made; `undefined` without any. */
  readonly failureRate: number | undefined;
  /** Over how long it was counted, in milliseconds: 60 to 62 s, less soon after the start, more where the process was blocked. */
  readonly over: number;
}

/** One of the last failures of a breaker, masked. */
export interface FailureRow {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly traceId: string | undefined;
  readonly type: string;
  readonly message: string;
  readonly stack: string;
}

/** A breaker, and its last failures, the newest first. */
export interface BreakerDetail extends BreakerRow {
  readonly failures: readonly FailureRow[];
}

/** How a flag stands outside of requests. Values are masked where the name says that they are secret. */
export interface FlagRow {
  readonly flag: string;
  readonly type: FlagKind | undefined;
  readonly value: unknown;
  readonly variant: string | undefined;
  readonly reason: FlagReason;
  readonly override: OverrideRow | undefined;
}

/** What an operator has set. Times are milliseconds since 1970. */
export interface OverrideRow {
  readonly by: string;
  readonly since: number;
  readonly expiresAt: number;
}

/** A flag, and why it is what it is. */
export interface FlagDetail extends FlagRow {
  readonly explanation: Pick<FlagExplanation, "layer" | "layers" | "steps" | "errorCode" | "errorMessage">;
}

/** The faults that are injected. */
export interface FaultsPart {
  /** Whether any may be: see the option `faults`. */
  readonly available: boolean;
  readonly injectors: readonly FaultInjector[];
  readonly override: OverrideRow | undefined;
}

/** How the heap is sampled. */
export interface SamplingPart {
  /** Bytes between two samples, on average. */
  readonly interval: number;
  /** Since when: milliseconds since 1970. */
  readonly since: number;
}

/** What the process holds. Sizes are bytes. */
export interface MemoryPart {
  /** Requests that ended since the start. */
  readonly requests: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
  readonly rss: number;
  /** Active resources by kind. */
  readonly resources: Readonly<Record<string, number>>;
  /** The file that the process was started with. */
  readonly entry: string | undefined;
}

/** A source of configuration. */
export interface SourceRow {
  readonly source: string;
  readonly state: SourceState;
  readonly revision: string | undefined;
  readonly problem: string | undefined;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** An incident in a list. */
export interface IncidentRow
  extends Pick<IncidentRecord, "id" | "service" | "state" | "openedAt" | "closedAt" | "triggerCount"> {
  readonly trigger: RecordedTrigger;
  readonly steps: readonly string[];
}

/** What is on disk of one incident. */
export interface IncidentDetail {
  readonly incident: IncidentRecord;
  /** `undefined` while there is none yet. */
  readonly diagnosis: Diagnosis | undefined;
  /** For people, in Markdown. */
  readonly report: string | undefined;
  readonly files: readonly {
    readonly name: string;
    readonly kind: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  readonly leftOut: readonly { readonly file: string; readonly why: string }[];
}

/** Plain data that answers are made of. Only the parts that an endpoint reads are there. */
export interface Parts extends FileParts {
  /** When they were read, in milliseconds since 1970. */
  readonly asOf: number;
  /** `false`: the main thread did not answer in time, and these are the last known. */
  readonly isLive: boolean;

  readonly service: ServicePart;
  readonly signals: Signals;
  readonly overload: OverloadState | undefined;
  readonly fleet: FleetState | undefined;
  readonly rules: readonly RuleStatus[];
  readonly sources: readonly SourceRow[];
  /** `undefined`: the heap is not sampled. */
  readonly sampling: SamplingPart | undefined;
  readonly faults: FaultsPart;
  /** At most 1,000: those that are not closed first. */
  readonly breakers: Counted & { readonly rows: readonly BreakerRow[] };
  /** At most 1,000, by name; none that an operator has set is left out. */
  readonly flags: Counted & { readonly rows: readonly FlagRow[] };
  /** The oldest 1,000. */
  readonly requests: Counted & { readonly rows: readonly RequestInFlight[] };

  // Parts of what is asked for: there is no last known one, and so they are missing where the main thread does not answer.
  /** `null`: there is none of that name; `names` of some that there are. */
  readonly breaker?: { readonly found: BreakerDetail | null; readonly names: readonly string[] };
  /** Of the breaker that is asked for, else of all, as many failures as fit. */
  readonly failures?: ReadonlyMap<string, readonly FailureRow[]>;
  /** What was recorded of how long requests take; the first who asks begins it. */
  readonly latency?: RecordedLatency;
  readonly memory?: MemoryPart;
  readonly flag?: { readonly found: FlagDetail | null; readonly names: readonly string[] };
}

/** Parts that are read from the incidents' directory, by whoever asks: the main thread has no part in it. */
export interface FileParts {
  /** `undefined` where incidents are not recorded. */
  readonly incidents: (Counted & { readonly rows: readonly IncidentRow[] }) | undefined;
  /** `null`: there is no such incident. */
  readonly recorded: IncidentDetail | null;
  /** All of one as an archive; `null`: there is no such incident. */
  readonly packed: Uint8Array | null;
}

/** The name of a part of {@link Parts}. */
export type PartName = Exclude<keyof Parts, "asOf" | "isLive">;

/** The name of a part that is read from files. */
export type FilePartName = keyof FileParts;

/** The name of a part that only the main thread knows. */
export type MainPartName = Exclude<PartName, FilePartName>;

/** Parts that are cheap enough to be renewed every few seconds, so that the last known ones are there when the main thread is blocked. */
export const RENEWED: readonly MainPartName[] = [
  "service",
  "signals",
  "overload",
  "fleet",
  "rules",
  "sources",
  "sampling",
  "faults",
  "requests",
  "breakers",
  "flags",
];
