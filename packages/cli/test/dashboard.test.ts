import type { Dashboard } from "@grafana/schema";
import { METRICS } from "@sop/node/metrics";
import { describe, expect, it } from "vitest";
import { select, sum } from "../src/dashboard/query.ts";
import { run } from "../src/index.ts";

async function dashboard(...args: readonly string[]): Promise<Dashboard> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = {
    out: { write: (text: string) => out.push(text) },
    err: { write: (text: string) => err.push(text) },
    signal: new AbortController().signal,
  };
  expect(await run(["dashboard", ...args], terminal), err.join("")).toBe(0);
  return JSON.parse(out.join(""));
}

/** Grafana's type says nothing of a query. */
const targetsOf = ({ panels = [] }: Dashboard) =>
  panels.flatMap((panel) => ("targets" in panel ? (panel.targets as { expr: string; datasource: object }[]) : []));

describe("sop dashboard", () => {
  it("shows every metric of the table", async () => {
    const text = targetsOf(await dashboard())
      .map(({ expr }) => expr)
      .join("\n");
    expect(METRICS.map(({ name }) => name).filter((name) => !text.includes(name))).toEqual([]);
  });

  it("asks which data source, or has the one that was named, and has the title that was given", async () => {
    const asking = await dashboard();
    expect(asking.title).toBe("SOP");
    expect(asking.templating?.list?.map(({ name }) => name)).toEqual(["datasource", "job", "instance"]);
    expect(new Set(targetsOf(asking).map(({ datasource }) => JSON.stringify(datasource)))).toEqual(
      new Set(['{"type":"prometheus","uid":"$datasource"}']),
    );
    const fixed = await dashboard("--datasource", "prom-1", "--title", "Orders", "--json");
    expect(fixed.title).toBe("Orders");
    expect(fixed.templating?.list?.map(({ name }) => name)).toEqual(["job", "instance"]);
    expect(JSON.stringify(fixed)).not.toContain("$datasource");
  });

  it("has panels that do not lie on each other, each with an id of its own", async () => {
    const { panels = [] } = await dashboard();
    const cells = panels.flatMap(({ gridPos }) => {
      const { x = 0, y = 0, w = 0, h = 0 } = gridPos ?? {};
      return Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});

describe("a query of the dashboard", () => {
  it("cannot be about a metric or a label that the table does not have", () => {
    expect(() => select("http_request_total")).toThrow("the metric table has no http_request_total");
    expect(() => select("http_requests_total", { code: "500" })).toThrow("http_requests_total has no label code");
    expect(() => sum("http_requests_total", ["path"])).toThrow("http_requests_total has no label path");
  });
});
