/** Its condition does not hold. */
interface Idle {
  readonly kind: "idle";
}

/** It holds, but not long enough yet, or the rule may not act. */
interface Pending {
  readonly kind: "pending";
  readonly since: number;
  readonly held: "maxActions" | "maxActiveRules" | undefined;
}

/** Its flags are thrown for all. */
interface Active {
  readonly kind: "active";
  /** Since when the condition does not hold any more. */
  readonly calmSince: number | undefined;
}

/** A share of the requests sees the flags as they were. */
interface Recovering {
  readonly kind: "recovering";
  /** Index of the step. */
  readonly step: number;
  readonly since: number;
}

/** Everything was given back; it rests. */
interface Cooling {
  readonly kind: "cooling";
  readonly since: number;
}

/** What a rule does. Times are the clock's monotonic ones. */
export type RuleState = Idle | Pending | Active | Recovering | Cooling;

/** How long each state lasts, in milliseconds. */
export interface RuleTimes {
  readonly for: number;
  readonly cooldown: number;
  readonly recover: { readonly after: number; readonly steps: readonly number[]; readonly every: number };
}

/** What a rule sees at an evaluation. */
export interface Seen {
  readonly now: number;
  /** Whether its condition holds. */
  readonly met: boolean;
  /** Whether it still does, by the thresholds at which it ends. */
  readonly persists: boolean;
  /** Whether its limit lets it act once more. */
  readonly mayAct: boolean;
  /** Whether one more rule may be active. */
  readonly hasRoom: boolean;
}

export const IDLE: RuleState = { kind: "idle" };
const ACTIVE: RuleState = { kind: "active", calmSince: undefined };

/**
 * The state after an evaluation; the same object where nothing has changed. A recovery begins only while the rule may act once more,
 * since it may have to step back: so the limit on its acts limits how often it gives back, and never keeps it from stepping back.
 */
export function next(state: RuleState, times: RuleTimes, seen: Seen): RuleState {
  const { now, met, persists, mayAct } = seen;
  switch (state.kind) {
    case "idle":
      return met ? pending({ kind: "pending", since: now, held: undefined }, times, seen) : state;
    case "pending":
      return met ? pending(state, times, seen) : IDLE;
    case "active": {
      if (persists) return state.calmSince === undefined ? state : ACTIVE;
      const calmSince = state.calmSince ?? now;
      if (now - calmSince >= times.recover.after && mayAct) return { kind: "recovering", step: 0, since: now };
      return state.calmSince === undefined ? { kind: "active", calmSince } : state;
    }
    case "recovering": {
      if (persists) return ACTIVE;
      if (now - state.since < times.recover.every) return state;
      const step = state.step + 1;
      if (step < times.recover.steps.length) return { kind: "recovering", step, since: now };
      return { kind: "cooling", since: now };
    }
    case "cooling":
      return now - state.since >= times.cooldown ? IDLE : state;
  }
}

function pending(state: Pending, times: RuleTimes, { now, mayAct, hasRoom }: Seen): RuleState {
  if (now - state.since < times.for) return state;
  if (mayAct && hasRoom) return ACTIVE;
  const held = mayAct ? "maxActiveRules" : "maxActions";
  return held === state.held ? state : { ...state, held };
}

/** The percentage of requests that see the flags as they are without the rule. */
export function backOf(state: RuleState, { recover }: RuleTimes): number {
  if (state.kind === "active") return 0;
  return state.kind === "recovering" ? (recover.steps[state.step] ?? 100) : 100;
}
