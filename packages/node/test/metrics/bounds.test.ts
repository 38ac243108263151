import { type ConfigSource, createSop, type Sop, type SopOptions } from "@sop/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { metricsReader, metricsText } from "../../src/metrics.ts";
import { host } from "../support/service.ts";

/** A Sop, and the metrics of which it told that they overflow. */
function make(options: SopOptions = {}): { sop: Sop; told: string[] } {
  const told: string[] = [];
  const log = { debug() {}, info() {}, error() {} };
  const warn = (fields: object): void => {
    if ("metric" in fields) told.push(String(fields.metric));
  };
  const sop = createSop({ service: "shop", logger: { ...log, warn }, ports: { host }, ...options });
  onTestFinished(() => sop.dispose());
  return { sop, told };
}

function seriesOf(text: string, name: string): string[] {
  return text.split("\n").filter((line) => line.startsWith(`${name}{`));
}

/** What must not become a label each: names that an attacker, a bug or a generator makes up. */
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `n"${i}\\\n}`);

describe("series are bounded, and what overflows is told once", () => {
  it("of flags, and of the variants of one that changes all the time", async () => {
    const { sop, told } = make({ flags: Object.fromEntries(names(1_500).map((name) => [name, true])) });
    const read = metricsReader(sop);
    const states = seriesOf(await metricsText(read()), "feature_flag_state");
    expect(states).toHaveLength(1_001);
    expect(states).toContain('feature_flag_state{flag="other",variant="other"} 1');
    await metricsText(read());
    expect(told).toEqual(["feature_flag_state"]);
  });

  it("of flags, of which many are evaluated anew only when one has changed", () => {
    const flags = Object.fromEntries(names(1_500).map((name) => [name, true]));
    const { sop } = make({ flags });
    const evaluate = vi.spyOn(sop, "evaluateFlags");
    const read = metricsReader(sop);
    expect(read().flags[0]?.variant).toBe("true");
    read();
    expect(evaluate).toHaveBeenCalledTimes(1);
  });

  it("of a flag's variants over time: a text that is new each time", async () => {
    let change = (_: string): void => {};
    const source: ConfigSource = {
      name: "hostile",
      async *watch() {
        for (;;) {
          const value = await new Promise<string>((resolve) => {
            change = resolve;
          });
          yield { state: "READY", snapshot: { revision: value, flags: { model: value } } };
        }
      },
    };
    const { sop, told } = make({ sources: [source] });
    const read = metricsReader(sop);
    const seen = new Set<string>();
    for (let i = 0; i < 2_100; i++) {
      change(`v${i}-${"x".repeat(100)}`);
      await new Promise((resolve) => setImmediate(resolve));
      for (const { variant } of read().flags) seen.add(variant);
    }
    expect(seen.size).toBe(2_001);
    expect(seen).toContain("other");
    expect(Math.max(...[...seen].map((variant) => variant.length))).toBe(64);
    expect(told).toEqual(["feature_flag_state"]);
  });

  it("of breakers: those that overflow are one, whose calls are theirs and whose state is the gravest", async () => {
    const { sop, told } = make({ maxBreakers: 2_000 });
    for (const name of names(1_100)) sop.breaker(name).forceOpen();
    for (let i = 1_000; i < 1_100; i++) {
      await sop
        .breaker(`n"${i}\\\n}`)
        .execute(() => "x")
        .catch(() => {});
    }
    const text = await metricsText(metricsReader(sop)());
    expect(seriesOf(text, "circuit_breaker_state")).toHaveLength(1_001 * 6);
    expect(text).toContain('circuit_breaker_state{name="other",state="forced_open"} 1\n');
    expect(text).toContain('circuit_breaker_calls_total{name="other",kind="not_permitted"} 100\n');
    expect(told).toEqual(["circuit_breaker_state"]);
  });

  it("of sources", async () => {
    const watch: ConfigSource["watch"] = async function* () {
      yield { state: "ERROR", problem: "down" };
    };
    const { sop } = make({ sources: names(120).map((name) => ({ name, watch })) });
    const read = metricsReader(sop);
    await vi.waitFor(() => expect(Object.keys(sop.metrics().sources)).toHaveLength(120));
    expect(seriesOf(await metricsText(read()), "config_source_state")).toHaveLength(101 * 3);
  });

  it("of routes, methods, statuses, panics, refusals, incidents and hosts, whatever comes", async () => {
    const fetch = async (): Promise<Response> => new Response("ok");
    const { sop } = make({ metrics: { maxSeries: 50 }, ports: { host, fetch } });
    for (const [i, name] of names(500).entries()) {
      const life = sop.lifecycle<object>({ name: "test", route: () => name, respond: () => {} });
      const context = life.open({ method: name, headers: {} }, {});
      life.fail(context, new Error("x"), name);
      life.close(context, i % 2 === 0 ? 200 : 1e6 + i, "finished");
      sop.openIncident(name);
      await sop.fetch(`http://h${i}.example/`);
    }
    const text = await metricsText(metricsReader(sop)());
    expect(seriesOf(text, "http_requests_total").length).toBeLessThanOrEqual(50 + 2);
    expect(seriesOf(text, "middleware_panic_total")).toHaveLength(201);
    expect(seriesOf(text, "incidents_total").length).toBeLessThanOrEqual(201);
    expect(seriesOf(text, "outgoing_request_duration_seconds_count")).toHaveLength(101);
    expect(seriesOf(text, "outgoing_requests_without_deadline_total")).toHaveLength(101);
    // No name of theirs ends a line or a label.
    expect(text.split("\n").filter((line) => line !== "" && !/^(# |[a-z_]+(\{.*\})? \S+$)/.test(line))).toEqual([]);
  });
});
