import type { Fanout } from "../../observe/fanout.js";
import type { Clock, TimerHandle } from "../../ports/clock.js";
import type { Logger } from "../../ports/logger.js";
import { kindOf } from "../flags/flag.js";
import type { FlagStore } from "../flags/store.js";
import { type Figures, Gauges } from "./gauges.js";
import type { Rule } from "./options.js";
import { type Below, overridesLayer } from "./overrides.js";
import { makeProbe, type ProbePorts } from "./probe.js";
import type { RuleChange, RuleStatus } from "./rule.js";
import { StandingRule } from "./standing-rule.js";

/** What rules need of the world around them. */
export interface RulePorts extends Pick<ProbePorts, "breaker"> {
  readonly clock: Clock;
  readonly log: Logger;
  readonly fanout: Fanout;
  readonly flags: FlagStore;
  readonly figures: Figures;
  /** Told of each act that is meant, with one sentence. */
  readonly acted: (change: RuleChange, detail: string) => void;
  /** Told at each look as long as a rule has flags thrown. */
  readonly acting: () => void;
}

const INTERVAL = 1_000;
const LAYER = "rules";

/** Evaluates all rules once a second, and keeps what they set in a layer of flags above all others. Without rules it does nothing. */
export class RuleDesk {
  readonly #ports: RulePorts;
  readonly #gauges: Gauges;
  readonly #rules: readonly StandingRule[];
  readonly #maxActive: number;
  #timer: TimerHandle;
  #revision = 0;

  constructor(rules: readonly Rule[], maxActive: number, ports: RulePorts) {
    const { clock, flags, figures, breaker } = ports;
    this.#ports = ports;
    this.#maxActive = maxActive;
    const gauges = new Gauges(figures, clock.monotonic());
    this.#gauges = gauges;
    this.#rules = rules.map((rule) => {
      return new StandingRule(rule, makeProbe(rule.when, { gauge: (threshold) => gauges.gauge(threshold), breaker }));
    });
    if (rules.length === 0) return;
    flags.apply(LAYER, { revision: "0", flags: {} });
    // The first look is before the first request: a rule on crashes has something to say by then.
    this.#timer = clock.setTimeout(() => this.#tick(), 0);
  }

  /** How each rule stands. */
  read(): RuleStatus[] {
    const now = this.#ports.clock.monotonic();
    return this.#rules.map((rule) => rule.status(now));
  }

  /** Evaluates no more. */
  stop(): void {
    this.#ports.clock.clearTimeout(this.#timer);
  }

  #tick(): void {
    this.#timer = this.#ports.clock.setTimeout(() => this.#tick(), INTERVAL);
    const now = this.#ports.clock.monotonic();
    this.#gauges.measure(now);
    const changes: RuleChange[] = [];
    for (const rule of this.#rules) {
      const hasRoom = this.#rules.filter(({ isActing }) => isActing).length < this.#maxActive;
      const change = rule.evaluate(now, hasRoom);
      if (change) changes.push({ ...change, at: this.#ports.clock.now() });
    }
    // What a flag is below can change while a share of it is given back.
    if (changes.length > 0 || this.#rules.some(({ isRecovering }) => isRecovering)) this.#override();
    for (const change of changes) this.#tell(change);
    if (this.#rules.some(({ isActing }) => isActing)) this.#ports.acting();
  }

  #override(): void {
    const overrides = this.#rules.flatMap((rule) => rule.overrides);
    const values = new Map(overrides.map(({ flag, value }) => [flag, value]));
    const below = (flag: string): Below => {
      const found = this.#ports.flags.below(LAYER, flag, kindOf(values.get(flag)));
      return { raw: found?.raw, evaluators: found?.shared.evaluators ?? {} };
    };
    this.#revision++;
    this.#ports.flags.apply(LAYER, { revision: String(this.#revision), ...overridesLayer(overrides, below) });
  }

  #tell(change: RuleChange): void {
    const { log, fanout, acted } = this.#ports;
    const { rule, from, to, flags, back, dryRun, held, evidence } = change;
    const fields = { rule, from, to, flags, back, dry_run: dryRun, held, evidence };
    if (to === "active") log.warn(fields, dryRun ? "rule would act" : "rule acts");
    else if (held) log.warn(fields, "rule is kept from acting");
    else if (to === "idle" || to === "pending") log.debug(fields, "rule changed");
    else log.info(fields, dryRun ? "rule would give back" : "rule gives back");
    fanout.emit("ruleChanged", change);
    if (to === "active" && !dryRun) acted(change, sentence(change));
  }
}

function sentence({ rule, flags, evidence }: RuleChange): string {
  const why = evidence.map(({ what, value, limit }) => `${what} ${show(value)} (${limit})`).join(", ");
  return `the rule ${rule} threw ${flags.join(", ")}: ${why}`;
}

function show(value: number | string | undefined): string {
  return typeof value === "number" ? String(Number(value.toPrecision(3))) : (value ?? "unknown");
}
