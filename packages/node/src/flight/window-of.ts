import type { RecordedCalls, RecordedChange, RecordedPanic, RecordedRoute, RecordedWindow } from "@sop/core";
import { partsOf } from "@sop/core/diagnosis";
import type { InFlightEntry } from "../blackbox/in-flight.js";
import type { CallRecord, FlightRecord, NoteRecord, PanicRecord, RequestRecord } from "../blackbox/record.js";

import { recordFrames } from "../forensics/frames.js";

/** What was recorded up to `until`, with what had no end then. Times in milliseconds since 1970. */
export interface Flight {
  readonly records: readonly FlightRecord[];
  readonly entries: readonly InFlightEntry[];
  readonly until: number;
  /** When the trouble was noticed. */
  readonly troubleAt: number;
}

const CLIENT_LEFT = 499;
const TIMEOUTS: readonly number[] = [408, 504];
const MOST_ROUTES = 200;
const MOST_CHANGES = 100;
const CHANGES: Readonly<Partial<Record<NoteRecord["kind"], RecordedChange["kind"]>>> = {
  breaker: "breaker",
  flag: "flag",
  rule: "flag",
  source: "config",
};

/** What the diagnosis looks at of a flight: routes, calls to hosts, and changes. */
export function windowOfFlight(flight: Flight): Required<Pick<RecordedWindow, "routes" | "calls" | "changes">> {
  return { routes: routesOf(flight), calls: callsOf(flight), changes: changesOf(flight) };
}

/** The failures of code that were recorded; for a process that cannot tell any more. `entry`: the file it was started with. */
export function panicsOf({ records }: Pick<Flight, "records">, entry?: string): RecordedPanic[] {
  return records
    .filter((record): record is PanicRecord => record.kind === "panic")
    .map(({ at, name, origin, type, code, message, frames, requestId, method, route }) => ({
      at,
      name,
      origin,
      type,
      message,
      code,
      frames: recordFrames(frames.map(lineOf).join("\n"), entry),
      requestId,
      method,
      route,
    }));
}

/** As a stack has it. */
function lineOf(frame: string): string {
  const [, name, place] = /^(?:(.*) )?(\S.*?:\d+:\d+)$/.exec(frame) ?? [];
  return name ? `    at ${name} (${place})` : `    at ${frame}`;
}

/** From when on it is the trouble, as the diagnosis parts the time. */
function startOf({ records, until, troubleAt }: Flight): number {
  return partsOf(records[0]?.at ?? until, until, troubleAt).presentFrom;
}

function routesOf(flight: Flight): RecordedRoute[] {
  const from = startOf(flight);
  const groups = new Map<string, { before: RequestRecord[]; ended: RequestRecord[]; open: InFlightEntry[] }>();
  const groupOf = (method: string, route: string) => {
    const key = `${method} ${route}`;
    const group = groups.get(key) ?? { before: [], ended: [], open: [] };
    groups.set(key, group);
    return group;
  };
  for (const record of flight.records) {
    if (record.kind !== "request") continue;
    const group = groupOf(record.method, record.route);
    (record.at < from ? group.before : group.ended).push(record);
  }
  for (const entry of flight.entries) {
    if (entry.kind === "request") groupOf(entry.method ?? "", entry.route ?? "").open.push(entry);
  }
  const routes: RecordedRoute[] = [];
  for (const [key, { before, ended, open }] of groups) {
    if (ended.length === 0 && open.length === 0) continue;
    const [method = "", route = ""] = splitAtFirst(key);
    const left = sorted(ended.filter(isCanceled).map(({ duration }) => duration));
    const stayed = sorted(ended.filter((record) => !isCanceled(record)).map(({ duration }) => duration));
    const streaming = open.filter(({ phase }) => phase === "answering");
    const waiting = open.filter(({ phase }) => phase !== "answering");
    const oldest = (waiting.length > 0 ? waiting : streaming).map(({ startedAt }) => flight.until - startedAt);
    const ok = [...before, ...ended].filter(({ status }) => status < CLIENT_LEFT && !TIMEOUTS.includes(status));
    routes.push({
      method,
      route,
      inFlight: open.length,
      oldest: Math.max(0, ...oldest),
      streaming: streaming.length,
      ended: ended.length,
      failed: ended.filter(({ status }) => status >= 500).length,
      timedOut: ended.filter(({ status, isExpired }) => isExpired || TIMEOUTS.includes(status)).length,
      canceled: left.length,
      p50: quantile(stayed, 0.5),
      p99: quantile(stayed, 0.99),
      lastOkAt: ok.at(-1)?.at,
      canceledAfter: quantile(left, 0.5),
      canceledSpread: spread(left),
      baseline: baselineOf(before),
    });
  }
  return routes.sort((a, b) => b.inFlight + b.ended - a.inFlight - a.ended).slice(0, MOST_ROUTES);
}

function isCanceled({ status, isExpired }: RequestRecord): boolean {
  return status === CLIENT_LEFT && !isExpired;
}

function baselineOf(before: readonly RequestRecord[]): RecordedRoute["baseline"] {
  const durations = sorted(before.filter((record) => !isCanceled(record)).map(({ duration }) => duration));
  const [p50, p99] = [quantile(durations, 0.5), quantile(durations, 0.99)];
  return p50 === undefined || p99 === undefined ? undefined : { ended: durations.length, p50, p99 };
}

function callsOf(flight: Flight): RecordedCalls[] {
  const from = startOf(flight);
  const requests = { before: 0, now: 0 };
  const hosts = new Map<string, { before: CallRecord[]; ended: CallRecord[]; open: InFlightEntry[] }>();
  const groupOf = (host: string) => {
    const group = hosts.get(host) ?? { before: [], ended: [], open: [] };
    hosts.set(host, group);
    return group;
  };
  for (const record of flight.records) {
    if (record.kind === "request") requests[record.at < from ? "before" : "now"]++;
    if (record.kind !== "call") continue;
    const group = groupOf(record.host);
    (record.at < from ? group.before : group.ended).push(record);
  }
  for (const entry of flight.entries) if (entry.kind === "call") groupOf(entry.host ?? "").open.push(entry);
  const calls: RecordedCalls[] = [];
  for (const [host, { before, ended, open }] of hosts) {
    if (ended.length === 0 && open.length === 0) continue;
    const of = (outcome: CallRecord["outcome"]): number => ended.filter((call) => call.outcome === outcome).length;
    const answered = sorted(ended.filter(({ outcome }) => outcome === "answered").map(({ duration }) => duration));
    const earlier = sorted(before.filter(({ outcome }) => outcome === "answered").map(({ duration }) => duration));
    const usual = quantile(earlier, 0.5);
    const routes = [...ended, ...open].flatMap(({ route }) => (route === undefined ? [] : [route]));
    calls.push({
      host,
      inFlight: open.length,
      oldest: Math.max(0, ...open.map(({ startedAt }) => flight.until - startedAt)),
      started:
        ended.filter(({ at, duration }) => at - duration >= from).length +
        open.filter(({ startedAt }) => startedAt >= from).length,
      ended: ended.length,
      failed: ended.filter(({ status }) => status === 0 || status >= 500).length,
      refused: of("refused"),
      reset: of("reset"),
      timedOut: of("timeout"),
      retried: ended.filter(({ isRetry }) => isRetry).length,
      unread: 0,
      queued: 0,
      p50: quantile(answered, 0.5),
      p99: quantile(answered, 0.99),
      from: [...new Set(routes)],
      baseline:
        usual === undefined || requests.before === 0
          ? undefined
          : { ended: earlier.length, p50: usual, perRequest: before.length / requests.before },
    });
  }
  return calls.sort((a, b) => b.inFlight + b.ended - a.inFlight - a.ended).slice(0, MOST_ROUTES);
}

function changesOf({ records }: Flight): RecordedChange[] {
  return records
    .flatMap((record) => {
      const kind = CHANGES[record.kind as NoteRecord["kind"]];
      return kind === undefined ? [] : [{ at: record.at, kind, what: (record as NoteRecord).what }];
    })
    .slice(-MOST_CHANGES);
}

function splitAtFirst(key: string): [method: string, route: string] {
  const at = key.indexOf(" ");
  return [key.slice(0, at), key.slice(at + 1)];
}

function sorted(values: number[]): number[] {
  return values.sort((a, b) => a - b);
}

/** Of values that are sorted; the nearest rank. */
function quantile(values: readonly number[], q: number): number | undefined {
  return values[Math.min(values.length - 1, Math.max(0, Math.ceil(values.length * q) - 1))];
}

/** How far the middle half of sorted values lies apart. */
function spread(values: readonly number[]): number | undefined {
  const [low, high] = [quantile(values, 0.25), quantile(values, 0.75)];
  return low === undefined || high === undefined ? undefined : high - low;
}
