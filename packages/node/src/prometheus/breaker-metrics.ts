import { BREAKER_STATES, type MetricsSnapshot } from "@sop/core";
import { Counter, Gauge, type Registry } from "prom-client";

/** Registers what circuit breakers have counted. */
export function registerBreakerMetrics(registry: Registry, snapshot: () => MetricsSnapshot): void {
  new Gauge({
    name: "circuit_breaker_state",
    help: "1 for the state that each circuit breaker is in.",
    labelNames: ["name", "state"],
    registers: [registry],
    collect() {
      for (const { name, state: current } of snapshot().breakers) {
        for (const state of BREAKER_STATES) this.set({ name, state }, state === current ? 1 : 0);
      }
    },
  });
  new Counter({
    name: "circuit_breaker_calls_total",
    help: "Calls by how they ended; not_permitted were not made.",
    labelNames: ["name", "kind"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { name, calls } of snapshot().breakers) {
        for (const [kind, count] of Object.entries(calls)) this.inc({ name, kind }, count);
      }
    },
  });
}
