import { type CircuitBreaker, type FaultInjector, type FlagValue, OptionError } from "@sop/core";
import { CORE, SNAPSHOT } from "../../../forensics/heavy.js";
import { USUAL_BUDGET } from "../../../forensics/options.js";
import { recorderOf } from "../../../forensics/recorders.js";
import { writeSnapshot } from "../../../profiles/heap/snapshot.js";
import { type Answer, type Asked, known, type Problem } from "../endpoint.js";
import { FAULT_OVERRIDE, FLAG_OVERRIDE, INSPECTOR, MOST_OVERRIDES, SAMPLING } from "../expiry.js";
import { unknownName } from "../names.js";
import type { ReceivedAlert } from "./alert-notes.js";
import { readBreaker } from "./breaker-parts.js";
import type { Desk } from "./desk.js";
import { readFlag } from "./flag-parts.js";
import { readers } from "./readers.js";

/** Does what is asked, once. */
type Command = (desk: Desk, asked: Asked) => Answer;

/** What the main thread does, by the id of the endpoint. */
export const commands: Readonly<Record<string, Command>> = {
  actOnBreaker(desk, asked) {
    const { name = "" } = asked.params;
    const breaker = desk.sop.breakers().find((one) => one.name === name);
    const { action } = asked.body as { readonly action: keyof typeof ACTIONS };
    if (breaker) ACTIONS[action](breaker);
    const { found, names } = readBreaker(desk, asked);
    if (!found) return unknownName("breaker", name, names);
    const { failures: _, ...row } = found;
    return now(desk, { breaker: row });
  },

  overrideFlag(desk, asked) {
    const { flag = "" } = asked.params;
    const { value, expiresIn = FLAG_OVERRIDE.usual } = asked.body as { value: unknown; expiresIn?: number };
    const known = desk.sop.knownFlags().find(({ name }) => name === flag);
    if (known === undefined) return flagNow(desk, asked);
    const allowed = wrongValue(known.kind, value);
    if (allowed !== undefined) return refused(`body.value: expected ${allowed}`, [{ path: "body.value", allowed }]);
    if (desk.flags.size >= MOST_OVERRIDES && !desk.flags.find(flag)) {
      const detail = `${MOST_OVERRIDES} flags are overridden, which is the most: give one back first`;
      return { problem: { code: "SOP_ERR_CONFLICT", detail } };
    }
    desk.flags.put(flag, value as FlagValue, expiresIn, asked.caller.identity);
    return flagNow(desk, asked);
  },

  giveFlagBack(desk, asked) {
    desk.flags.remove(asked.params["flag"] ?? "", asked.caller.identity);
    return flagNow(desk, asked);
  },

  injectFaults(desk, { body, caller }) {
    if (!desk.sop.faults) return NO_FAULTS;
    const { injectors, expiresIn = FAULT_OVERRIDE.usual } = body as {
      injectors: readonly FaultInjector[];
      expiresIn?: number;
    };
    try {
      desk.faults.put(injectors, expiresIn, caller.identity);
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      const problems = error.problems.map(({ path, allowed }) => ({ path: `body.${path}`, allowed })).slice(0, 20);
      return refused(problems.map(({ path, allowed }) => `${path}: expected ${allowed}`).join("; "), problems);
    }
    return now(desk, readers.faults(desk, undefined));
  },

  giveFaultsBack(desk, { caller }) {
    if (!desk.sop.faults) return NO_FAULTS;
    desk.faults.remove(caller.identity);
    return now(desk, readers.faults(desk, undefined));
  },

  takeEvidence(desk, { body }) {
    const recorder = recorderOf(desk.sop);
    if (!recorder) return NO_FORENSICS;
    const { heapSnapshot, coreDump } = body as { heapSnapshot?: boolean; coreDump?: boolean };
    const { id, openedAt, triggerCount } = recorder.take({
      ...(heapSnapshot && { heapSnapshot: USUAL_BUDGET.heapSnapshot }),
      ...(coreDump && { coreDump: USUAL_BUDGET.coreDump }),
    });
    const later = [...(heapSnapshot ? [SNAPSHOT] : []), ...(coreDump ? [CORE] : [])];
    return now(desk, { incident: { id, openedAt, triggerCount }, later, pid: process.pid });
  },

  openInspector(desk, { body }) {
    const { for: ms = INSPECTOR.usual, port = 0 } = body as { readonly for?: number; readonly port?: number };
    const opened = desk.inspector.open(ms, port);
    if ("why" in opened) return { problem: { code: "SOP_ERR_CONFLICT", detail: opened.why } };
    return now(desk, { pid: process.pid, ...opened });
  },

  closeInspector(desk) {
    return now(desk, { closed: desk.inspector.close() });
  },

  sampleFinely(desk, { body }) {
    const { interval = 32_768, for: ms = SAMPLING.usual } = body as {
      readonly interval?: number;
      readonly for?: number;
    };
    const begun = desk.sampling.begin(interval, ms);
    return begun ? now(desk, begun) : NOT_SAMPLED;
  },

  sampleAsBefore(desk) {
    return now(desk, { ended: desk.sampling.end() });
  },

  writeHeapSnapshot(desk, { body }) {
    const { maxHeap = 268_435_456 } = body as { readonly maxHeap?: number };
    if (desk.snapshots === undefined) return NO_SNAPSHOTS;
    const written = writeSnapshot(desk.snapshots, maxHeap);
    if (written) return now(desk, written);
    const detail = `the heap is larger than maxHeap, ${maxHeap} bytes: it would hold the main thread for too long`;
    return { problem: { code: "SOP_ERR_CONFLICT", detail } };
  },

  receiveAlerts(desk, { body }) {
    return now(desk, desk.alerts.note((body as { readonly alerts: readonly ReceivedAlert[] }).alerts));
  },
};

const ACTIONS = {
  force_open: (breaker: CircuitBreaker) => breaker.forceOpen(),
  close: (breaker: CircuitBreaker) => breaker.close(),
  disable: (breaker: CircuitBreaker) => breaker.disable(),
  metrics_only: (breaker: CircuitBreaker) => breaker.metricsOnly(),
  reset: (breaker: CircuitBreaker) => breaker.reset(),
};

const NO_SNAPSHOTS: Answer = {
  problem: {
    code: "SOP_ERR_CONFLICT",
    detail: "the service does not allow it, or records no incidents: give it admin: { inspector: true }",
  },
};

const NOT_SAMPLED: Answer = {
  problem: {
    code: "SOP_ERR_CONFLICT",
    detail: "the heap of this service is not sampled: profiles or profiles.heap is false, or its Node has no inspector",
  },
};

const NO_FAULTS: Answer = {
  problem: {
    code: "SOP_ERR_CONFLICT",
    detail:
      "this service injects no faults: give createSop the option faults (an empty object will do); in production also " +
      "faults.allowInProduction: true, and the environment SOP_FAULTS=on",
  },
};

const NO_FORENSICS: Answer = {
  problem: {
    code: "SOP_ERR_CONFLICT",
    detail: "this service records no incidents: its option forensics is false",
  },
};

function now({ clock }: Desk, data: object): Answer {
  return known({ isLive: true, asOf: Math.round(clock.now()) }, data);
}

function flagNow(desk: Desk, asked: Asked): Answer {
  const { found, names } = readFlag(desk, asked);
  if (!found) return unknownName("flag", asked.params["flag"] ?? "", names);
  const { explanation: _, ...row } = found;
  return now(desk, { flag: row });
}

function refused(detail: string, problems: Problem["problems"] = []): Answer {
  return { problem: { code: "SOP_ERR_REQUEST", detail, problems } };
}

/** What would be right where a value is not. */
function wrongValue(kind: string | undefined, value: unknown): string | undefined {
  if (typeof value === "object" && value !== null && "variants" in value) {
    return "a plain value: a definition with variants belongs to a source";
  }
  const given = Array.isArray(value) ? "list" : value === null ? "null" : typeof value;
  if (kind === undefined ? given !== "null" : given === kind) return undefined;
  return kind === undefined ? "a value" : `a ${kind}, as the flag has it`;
}
