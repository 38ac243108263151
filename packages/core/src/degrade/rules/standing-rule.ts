import { Budget } from "./budget.js";
import type { Rule } from "./options.js";
import type { Override } from "./overrides.js";
import type { Probe } from "./probe.js";
import type { RuleChange, RuleStatus } from "./rule.js";
import { backOf, IDLE, next, type RuleState } from "./state.js";

/** A rule and how it stands. */
export class StandingRule {
  readonly rule: Rule;
  readonly #probe: Probe;
  readonly #budget: Budget;
  #state: RuleState = IDLE;

  constructor(rule: Rule, probe: Probe) {
    this.rule = rule;
    this.#probe = probe;
    this.#budget = new Budget(rule.maxActions);
  }

  /** Whether its flags are thrown, for all or for some. */
  get isActing(): boolean {
    const { kind } = this.#state;
    return !this.rule.dryRun && (kind === "active" || kind === "recovering");
  }

  get isRecovering(): boolean {
    return this.isActing && this.#state.kind === "recovering";
  }

  /** What it overrides now. */
  get overrides(): Override[] {
    if (!this.isActing) return [];
    const back = backOf(this.#state, this.rule);
    return [...this.rule.set].map(([flag, value]) => ({ flag, value, back }));
  }

  /** Looks at its condition. Gives the change, where there is one that somebody wants to know. */
  evaluate(now: number, hasRoom: boolean): Omit<RuleChange, "at"> | undefined {
    const before = this.#state;
    const state = next(before, this.rule, {
      now,
      met: this.#probe.holds(false) === true,
      persists: this.#probe.holds(true) === true,
      mayAct: this.#budget.allows(now),
      hasRoom: hasRoom || this.rule.dryRun,
    });
    this.#state = state;
    if (isAct(before, state)) this.#budget.spend(now);
    const { name, set, dryRun } = this.rule;
    const back = backOf(state, this.rule);
    if (before.kind === state.kind && back === backOf(before, this.rule) && heldOf(before) === heldOf(state)) {
      return undefined;
    }
    return {
      rule: name,
      from: before.kind,
      to: state.kind,
      flags: [...set.keys()],
      back,
      dryRun,
      held: heldOf(state),
      evidence: this.#probe.evidence(),
    };
  }

  status(now: number): RuleStatus {
    const { name, dryRun } = this.rule;
    return {
      name,
      state: this.#state.kind,
      dryRun,
      back: backOf(this.#state, this.rule),
      actions: this.#budget.used(now),
    };
  }
}

function isAct(before: RuleState, state: RuleState): boolean {
  return state.kind === "active" && before.kind !== "active";
}

function heldOf(state: RuleState): RuleChange["held"] {
  return state.kind === "pending" ? state.held : undefined;
}
