import type { BreakerStateName } from "../../resilience/breaker/state.js";
import type { Comparison, Condition, Threshold } from "./condition-options.js";
import type { RuleEvidence } from "./rule.js";

/** What conditions ask. */
export interface ProbePorts {
  readonly gauge: (threshold: Threshold) => () => number | undefined;
  /** The state of a breaker, where there is one. */
  readonly breaker: (name: string) => BreakerStateName | undefined;
}

/** A condition that can be asked. */
export interface Probe {
  /** Whether it holds; `persisting`: by the thresholds at which it ends. `undefined` where nobody can know. */
  holds(persisting: boolean): boolean | undefined;
  /** The figures that it looks at. */
  evidence(): RuleEvidence[];
}

const SIGNS = { above: ">", atLeast: ">=", below: "<", atMost: "<=" } as const satisfies Record<Comparison, string>;

/** Makes the probe of a condition. Its logic has three values, as Kleene's. */
export function makeProbe(condition: Condition, ports: ProbePorts): Probe {
  switch (condition.kind) {
    case "metric":
      return thresholdProbe(condition, ports.gauge(condition));
    case "breaker":
      return breakerProbe(condition, ports.breaker);
    case "not": {
      const of = makeProbe(condition.of, ports);
      return {
        // What begins late ends early when it is turned round, so the two thresholds change places.
        holds: (persisting) => negated(of.holds(!persisting)),
        evidence: () => of.evidence(),
      };
    }
    default: {
      const parts = condition.of.map((part) => makeProbe(part, ports));
      const decisive = condition.kind === "any";
      return {
        holds: (persisting) => joined(parts, decisive, persisting),
        evidence: () => parts.flatMap((part) => part.evidence()),
      };
    }
  }
}

function thresholdProbe(threshold: Threshold, gauge: () => number | undefined): Probe {
  const { metric, comparison, limit, clear, window, route } = threshold;
  const what = route === undefined ? metric : `${metric} of ${route}`;
  const span = metric === "in_flight" ? "" : ` in ${window / 1_000} s`;
  return {
    holds(persisting) {
      const value = gauge();
      return value === undefined ? undefined : compare(value, comparison, persisting ? clear : limit);
    },
    evidence: () => [{ what, value: gauge(), limit: `${SIGNS[comparison]} ${limit}${span}` }],
  };
}

function breakerProbe(
  { breaker, state }: Extract<Condition, { kind: "breaker" }>,
  stateOf: ProbePorts["breaker"],
): Probe {
  return {
    holds() {
      const now = stateOf(breaker);
      return now === undefined ? undefined : now === state;
    },
    evidence: () => [{ what: `breaker ${breaker}`, value: stateOf(breaker), limit: `is ${state}` }],
  };
}

function compare(value: number, comparison: Comparison, limit: number): boolean {
  switch (comparison) {
    case "above":
      return value > limit;
    case "atLeast":
      return value >= limit;
    case "below":
      return value < limit;
    case "atMost":
      return value <= limit;
  }
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

/** `decisive` decides by itself: true for `any`, false for `all`. */
function joined(parts: readonly Probe[], decisive: boolean, persisting: boolean): boolean | undefined {
  let isKnown = true;
  for (const part of parts) {
    const value = part.holds(persisting);
    if (value === decisive) return decisive;
    if (value === undefined) isKnown = false;
  }
  return isKnown ? !decisive : undefined;
}
