import type { FlagValue, Sop, SourceState } from "@sop/core";
import { Gauge, type Registry } from "prom-client";

const STATES: readonly SourceState[] = ["READY", "STALE", "ERROR"];
const MAX_VARIANT = 64;

/** Registers what is known of flags and of the sources they come from. */
export function registerConfigMetrics(registry: Registry, sop: Sop): void {
  new Gauge({
    name: "feature_flag_state",
    help: "1 for the variant that each configured flag has outside of requests.",
    labelNames: ["flag", "variant"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [flag, { variant, value }] of Object.entries(sop.evaluateFlags())) {
        if (value !== undefined) this.set({ flag, variant: variant ?? variantOf(value) }, 1);
      }
    },
  });

  const states = new Map<string, SourceState>();
  sop.observe({
    name: "prometheus",
    sourceChanged: ({ source, state }) => {
      states.set(source, state);
    },
  });
  new Gauge({
    name: "config_source_state",
    help: "1 for the state that each configuration source is in.",
    labelNames: ["source", "state"],
    registers: [registry],
    collect() {
      for (const [source, current] of states) {
        for (const state of STATES) this.set({ source, state }, state === current ? 1 : 0);
      }
    },
  });
}

/** A flag without variants has its value for a name; what has parts has none that would fit a label. */
function variantOf(value: FlagValue): string {
  return typeof value === "object" ? "object" : String(value).slice(0, MAX_VARIANT);
}
