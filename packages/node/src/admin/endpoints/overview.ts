import { Type } from "@sinclair/typebox";
import { known, type ReadEndpoint, read } from "./endpoint.js";
import { Override } from "./flags.js";
import type { Parts } from "./parts.js";
import { InFlight } from "./requests.js";
import { anything, count, knownOf, maybe, milliseconds, oneOf, ratio, time, total } from "./schemas.js";

const Signals = Type.Object({
  window: milliseconds,
  requests: count,
  rate: Type.Number({ description: "Requests a second." }),
  p50: maybe(milliseconds),
  p95: maybe(milliseconds),
  p99: maybe(milliseconds),
  panicRatio: ratio,
  errorRatio: ratio,
  errorRatioShift: Type.Number({ description: "Above 0 it gets worse." }),
  canceled: Type.Object({ canceled: count, deadline_exceeded: count }),
  outgoingRatio: Type.Number({ description: "Calls to other services for each request." }),
  inFlight: count,
});

const Rule = Type.Object({
  name: Type.String(),
  state: oneOf(["idle", "pending", "active", "recovering", "cooling"]),
  dryRun: Type.Boolean(),
  back: Type.Number({ description: "The percentage of requests that see its flags as they are without it." }),
  actions: Type.Integer({ description: "How often it acted within the last hour." }),
});

const Service = Type.Object({
  name: Type.String(),
  state: oneOf(["serving", "draining", "drained"]),
  startedAt: time,
  uptime: milliseconds,
  pid: count,
  node: Type.String(),
  commit: maybe(Type.String()),
  image: maybe(Type.String()),
});

const Incident = Type.Object({
  id: Type.String(),
  openedAt: time,
  trigger: Type.String(),
  triggerCount: count,
  steps: Type.Array(Type.String()),
});

const Overload = Type.Object({
  concurrency: maybe(Type.Object({ inFlight: count, limit: Type.Number() })),
  eventLoop: maybe(Type.Object({ rest: ratio, allowed: milliseconds })),
});

const Source = Type.Object({
  source: Type.String(),
  state: oneOf(["READY", "STALE", "ERROR"]),
  revision: maybe(Type.String()),
  problem: maybe(Type.String()),
  since: time,
});

const MOST = 20;

const snapshot = read({
  id: "getSnapshot",
  method: "GET",
  path: "/debug/mw/snapshot",
  summary: "Everything at a glance, in one answer.",
  about: "Lists have at most 20 rows; how many there are in all is beside them.",
  role: "viewer",
  reads: ["service", "signals", "overload", "fleet", "breakers", "rules", "flags", "faults", "sources", "requests"],
  answers: {
    200: {
      about: "The service as it is.",
      schema: knownOf({
        service: Service,
        signals: Signals,
        overload: maybe(Overload),
        fleet: maybe(
          Type.Object({ kind: oneOf(["together", "alone"]), instances: maybe(count), problem: maybe(Type.String()) }),
        ),
        incident: maybe(Incident),
        breakers: Type.Object({
          total,
          notClosed: count,
          rows: Type.Array(
            Type.Object({
              name: Type.String(),
              state: Type.String(),
              failureRate60s: maybe(ratio),
              retryAfter: maybe(milliseconds),
            }),
            { description: "Those that are not closed." },
          ),
        }),
        rules: Type.Object({ total, acting: Type.Array(Rule, { description: "Those that are not idle." }) }),
        flags: Type.Object({
          total,
          overridden: Type.Array(Type.Object({ flag: Type.String(), value: maybe(anything), override: Override })),
        }),
        faults: Type.Object({ injectors: count, override: maybe(Override) }),
        sources: Type.Array(Source),
        requests: Type.Object({ total, oldest: Type.Array(InFlight) }),
      }),
    },
  },
  answer(parts) {
    const { service, signals, overload, fleet, breakers, rules, flags, faults, sources, requests } = parts;
    const { incident, ...process } = service;
    const notClosed = breakers.rows.filter(({ state }) => state !== "closed");
    const overridden = flags.rows.filter(({ override }) => override !== undefined);
    return known(parts, {
      service: { ...process, uptime: Math.max(0, parts.asOf - service.startedAt) },
      signals,
      overload,
      fleet: fleetOf(fleet),
      incident,
      breakers: {
        total: breakers.total,
        notClosed: notClosed.length,
        rows: notClosed.slice(0, MOST).map(({ name, state, lastMinute, retryAfter }) => {
          return { name, state, failureRate60s: lastMinute?.failureRate, retryAfter };
        }),
      },
      rules: { total: rules.length, acting: rules.filter(({ state }) => state !== "idle").slice(0, MOST) },
      flags: {
        total: flags.total,
        overridden: overridden.slice(0, MOST).map(({ flag, value, override }) => ({ flag, value, override })),
      },
      faults: { injectors: faults.injectors.length, override: faults.override },
      sources: sources.slice(0, MOST),
      requests: { total: requests.total, oldest: requests.rows.slice(0, MOST) },
    });
  },
});

const rules = read({
  id: "listRules",
  method: "GET",
  path: "/debug/mw/rules",
  summary: "The rules, and how each stands.",
  role: "viewer",
  reads: ["rules"],
  answers: { 200: { about: "The rules.", schema: knownOf({ rules: Type.Array(Rule) }) } },
  answer: (parts) => known(parts, { rules: parts.rules }),
});

const signals = read({
  id: "getSignals",
  method: "GET",
  path: "/debug/mw/signals",
  summary: "The golden signals of the last window, and how near the service is to refusing requests.",
  role: "viewer",
  reads: ["signals", "overload"],
  answers: {
    200: { about: "The signals.", schema: knownOf({ signals: Signals, overload: maybe(Overload) }) },
  },
  answer: (parts) => known(parts, { signals: parts.signals, overload: parts.overload }),
});

/** The service as a whole. */
export const overview: readonly ReadEndpoint[] = [snapshot, rules, signals];

function fleetOf(fleet: Parts["fleet"]): object | undefined {
  if (fleet === undefined) return undefined;
  const { kind } = fleet;
  return kind === "together" ? { kind, instances: fleet.opinions.length } : { kind, problem: fleet.problem };
}
