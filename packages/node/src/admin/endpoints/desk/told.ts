import type { Frame, Observer, Panic, RequestContext } from "@sop/core";
import { maskData, maskText } from "../../../forensics/mask.js";
import type { EventType } from "../event-types.js";

const MAX_MESSAGE = 300;

/** An observer that turns what is worth knowing of a service into plain data without secrets. */
export function told(tell: (type: EventType, data: Readonly<Record<string, unknown>>) => void): Observer {
  return {
    name: "admin: events",
    panicked: (context, panic) => tell("panic", panicOf(context, panic)),
    crashed: (context, panic) => tell("crash", panicOf(context, panic)),
    breakerChanged: ({ at: _, ...change }) => tell("breaker", change),
    fleetChanged: (state) => {
      const opened =
        state.kind === "together" ? { instances: state.opinions.length } : { problem: clip(state.problem) };
      tell("fleet", { state: state.kind, ...opened });
    },
    outgoingFound: (finding) => {
      const { kind, host } = finding;
      const more =
        kind === "retry_storm" ? { ratio: finding.ratio } : { route: finding.route, at: place(finding.site) };
      tell("outgoing", { kind, host, ...more });
    },
    flagChanged: ({ flag, value, previous, source }) => {
      // Under its own name, so that the value of a flag that is a secret is masked.
      const masked = (raw: unknown): unknown => (maskData({ [flag]: short(raw) }) as Record<string, unknown>)[flag];
      tell("flag", { flag, value: masked(value), previous: masked(previous), source });
    },
    sourceChanged: ({ source, state, revision, problem }) => {
      tell("source", { source, state, revision, problem: problem === undefined ? undefined : clip(problem) });
    },
    ruleChanged: ({ rule, from, to, flags, back, dryRun, held, evidence }) => {
      tell("rule", { rule, from, to, flags, back, dryRun, held, evidence: evidence.slice(0, 20) });
    },
    incidentOpened: ({ id, triggers }) => tell("incident", { id, state: "open", trigger: triggers[0]?.kind }),
    incidentChanged: ({ id }, taken) => {
      // Triggers that join it are told as what they are.
      if (!taken) return;
      const { step, outcome, detail } = taken;
      tell("incident", { id, state: "open", step, outcome, detail: clip(detail) });
    },
    incidentClosed: ({ id, triggerCount }) => tell("incident", { id, state: "closed", triggerCount }),
    drainStarted: (reason) => tell("drain", { state: "draining", reason: clip(reason) }),
    drained: (left) => tell("drain", { state: "drained", left }),
  };
}

function panicOf(context: RequestContext | undefined, panic: Panic): Record<string, unknown> {
  const { name, origin, type, message, frames } = panic;
  return {
    name,
    origin,
    type,
    message: clip(message),
    where: place(frames[0]),
    route: context?.route,
    requestId: context?.id,
    traceId: context?.traceId,
  };
}

function place(frame: Frame | undefined): string | undefined {
  return frame && `${frame.file}:${frame.line}`;
}

function clip(text: string): string {
  return maskText(text.slice(0, MAX_MESSAGE));
}

/** What a listener can do without: the event is told, the value is asked for. */
function short(value: unknown): unknown {
  const isSmall = typeof value !== "object" || (JSON.stringify(value)?.length ?? 0) <= 1_000;
  if (typeof value === "string" && value.length > 1_000) return `${value.slice(0, 1_000)}...`;
  return isSmall ? value : "too large to be told here";
}
