import type { BreakerFailure, BreakerMetrics, CircuitBreaker } from "@sop/core";
import { maskText } from "../../../forensics/mask.js";
import type { Asked } from "../endpoint.js";
import { MOST_NAMES } from "../names.js";
import type { BreakerRow, FailureRow, Parts } from "../parts.js";
import { MOST_BREAKERS } from "./breaker-history.js";
import type { Desk } from "./desk.js";

/** Failures that one answer has of all breakers together. */
const MOST_FAILURES = 250;
const MAX_STACK = 4_096;
const MAX_MESSAGE = 1_024;

/** The breakers, those that are not closed first where there are more than can be told. */
export function readBreakers(desk: Desk): Parts["breakers"] {
  const breakers = desk.sop.breakers();
  desk.history.sample(breakers);
  const rows = chosen(breakers).map((breaker) => rowOf(desk, breaker.metrics()));
  return { total: breakers.length, rows };
}

/** The breaker that is asked for. */
export function readBreaker(desk: Desk, asked: Asked | undefined): NonNullable<Parts["breaker"]> {
  const breakers = desk.sop.breakers();
  desk.history.sample(breakers);
  const found = breakers.find(({ name }) => name === asked?.params["name"]);
  return {
    found: found ? { ...rowOf(desk, found.metrics()), failures: found.failures().map(masked) } : null,
    names: breakers.slice(0, MOST_NAMES + 1).map(({ name }) => name),
  };
}

/** The last failures of the breakers, of those first that are not closed, as many as one answer can have. */
export function readFailures({ sop }: Desk, asked: Asked | undefined): Parts["failures"] {
  const { name } = Object(asked?.body) as { name?: string };
  const breakers = sop.breakers();
  const failures = new Map<string, readonly FailureRow[]>();
  let room = MOST_FAILURES;
  for (const breaker of name === undefined ? notClosedFirst(breakers) : breakers.filter((one) => one.name === name)) {
    if (room <= 0) break;
    const found = breaker.failures().slice(0, room);
    room -= found.length;
    if (found.length > 0) failures.set(breaker.name, found.map(masked));
  }
  return failures;
}

function chosen(breakers: readonly CircuitBreaker[]): readonly CircuitBreaker[] {
  return breakers.length <= MOST_BREAKERS ? breakers : notClosedFirst(breakers).slice(0, MOST_BREAKERS);
}

function notClosedFirst(breakers: readonly CircuitBreaker[]): CircuitBreaker[] {
  const closed = breakers.filter(({ state }) => state === "closed");
  return [...breakers.filter(({ state }) => state !== "closed"), ...closed];
}

function rowOf({ history }: Desk, metrics: BreakerMetrics): BreakerRow {
  const { name, state, window, buffered, failureRate, slowCallRate, retryAfter, calls } = metrics;
  return {
    name,
    state,
    window: { ...window, calls: buffered, failureRate, slowCallRate },
    lastMinute: history.lastMinute(name, calls),
    retryAfter: retryAfter === undefined ? undefined : Math.round(retryAfter),
    calls,
  };
}

function masked({ at, traceId, type, message, stack }: BreakerFailure): FailureRow {
  return {
    at: Math.round(at),
    traceId,
    type,
    message: maskText(message.slice(0, MAX_MESSAGE)),
    stack: maskText(stack.slice(0, MAX_STACK)),
  };
}
