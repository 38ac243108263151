import type {
  BreakerCalls,
  BreakerStateName,
  Diagnosis,
  OverloadState,
  RequestInFlight,
  RuleStatus,
  ServingState,
  Signals,
  SourceState,
} from "@sop/core";
import type { IncidentRecord, RecordedTrigger } from "@sop/node/forensics";

/** What every answer has that tells figures. */
export interface Known {
  /** `false`: the main thread did not answer, and these are the last known. */
  readonly live: boolean;
  /** When they were read, ISO 8601. */
  readonly asOf: string;
}

/** What an operator has set. Times are milliseconds since 1970. */
export interface Override {
  readonly by: string;
  readonly since: number;
  readonly expiresAt: number;
}

/** `GET /debug/mw/snapshot`: the service at a glance. */
export interface Snapshot extends Known {
  readonly service: {
    readonly name: string;
    readonly state: ServingState;
    readonly uptime: number;
    readonly pid: number;
    readonly node: string;
    readonly commit?: string;
    readonly image?: string;
  };
  readonly signals: Signals;
  readonly overload?: OverloadState;
  readonly fleet?: { readonly kind: "together" | "alone"; readonly instances?: number; readonly problem?: string };
  readonly incident?: {
    readonly id: string;
    readonly openedAt: number;
    readonly trigger: string;
    readonly triggerCount: number;
    readonly steps: readonly string[];
  };
  readonly breakers: {
    readonly total: number;
    readonly notClosed: number;
    readonly rows: readonly {
      readonly name: string;
      readonly state: BreakerStateName;
      readonly failureRate60s?: number;
      readonly retryAfter?: number;
    }[];
  };
  readonly rules: { readonly total: number; readonly acting: readonly RuleStatus[] };
  readonly flags: {
    readonly total: number;
    readonly overridden: readonly { readonly flag: string; readonly value?: unknown; readonly override: Override }[];
  };
  readonly faults: { readonly injectors: number; readonly override?: Override };
  readonly sources: readonly {
    readonly source: string;
    readonly state: SourceState;
    readonly revision?: string;
    readonly problem?: string;
    readonly since: number;
  }[];
  readonly requests: { readonly total: number; readonly oldest: readonly RequestInFlight[] };
}

/** `GET /debug/mw/signals`. */
export interface SignalsAnswer extends Known {
  readonly signals: Signals;
}

/** `GET /debug/mw/requests`. */
export interface RequestsAnswer extends Known {
  readonly total: number;
  readonly matched: number;
  readonly requests: readonly RequestInFlight[];
}

/** A breaker, and what it counted. */
export interface Breaker {
  readonly name: string;
  readonly state: BreakerStateName;
  readonly window: {
    readonly type: "count" | "time";
    readonly size: number;
    readonly calls: number;
    readonly failureRate?: number;
    readonly slowCallRate?: number;
  };
  readonly lastMinute?: {
    readonly successful: number;
    readonly failed: number;
    readonly notPermitted: number;
    readonly failureRate?: number;
    readonly over: number;
  };
  readonly retryAfter?: number;
  readonly calls: BreakerCalls;
  /** Missing where the main thread did not answer. */
  readonly failures?: readonly {
    readonly at: number;
    readonly traceId?: string;
    readonly type: string;
    readonly message: string;
    readonly stack: string;
  }[];
}

/** `POST /debug/mw/circuit-breaker/snapshot`, and `GET /debug/mw/circuit-breakers`. */
export interface BreakersAnswer extends Known {
  readonly total: number;
  readonly breakers: readonly Breaker[];
}

/** `GET /debug/mw/incidents`. */
export interface IncidentsAnswer extends Known {
  readonly recorded: boolean;
  readonly total: number;
  readonly incidents: readonly {
    readonly id: string;
    readonly service: string;
    readonly state: "open" | "closed";
    readonly openedAt: number;
    readonly closedAt?: number;
    readonly triggerCount: number;
    readonly trigger: RecordedTrigger;
    readonly steps: readonly string[];
  }[];
}

/** `GET /debug/mw/incidents/:id`. */
export interface IncidentAnswer extends Known {
  readonly incident: IncidentRecord;
  readonly diagnosis?: Diagnosis;
  readonly report?: string;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly leftOut: readonly { readonly file: string; readonly why: string }[];
}

/** `POST /debug/mw/forensics`. */
export interface TakenAnswer extends Known {
  readonly incident: { readonly id: string; readonly openedAt: number; readonly triggerCount: number };
  /** Files that are taken when the process leaves. */
  readonly later: readonly string[];
  readonly pid: number;
}

/** An event of `GET /debug/mw/events`. */
export interface PlaneEvent {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}
