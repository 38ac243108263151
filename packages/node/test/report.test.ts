import { createHash } from "node:crypto";
import { diagnose } from "@sop/core";
import { expect, it } from "vitest";
import { formatFigure, formatLimit } from "../src/forensics/report/figures.ts";
import { reportFile, reportFiles } from "../src/forensics/report/files.ts";
import { type ReportParts, shortened } from "../src/forensics/report/story.ts";
import { deadlockParts, OPENED } from "./support/report-parts.ts";

const page = (parts: ReportParts): string => reportFile(parts, "html");

it("the page is one file that runs nothing and fetches nothing, whatever the evidence says", () => {
  const html = page(deadlockParts());
  expect(html).not.toMatch(/<script|javascript:| on\w+=|<link|<img|url\(| style=/i);
  expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? "";
  const hash = createHash("sha256").update(style).digest("base64");
  expect(html).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
});

it("every figure leads to a place in the page", () => {
  const html = page(deadlockParts());
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  const links = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links.length).toBeGreaterThan(8);
  expect(links.filter((id) => !ids.includes(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

it("a figure says from which samples it is, and those are shown with their values", () => {
  const html = page(deadlockParts());
  expect(html).toMatch(/href="#chart-elu_ratio">elu_ratio<\/a>, <a href="#sample-30">samples 30 to 99/);
  expect(html).toMatch(/<tr id="sample-30">.*?0\.4/);
  const text = reportFile(deadlockParts(), "md");
  expect(text).toContain("rows 30 to 99](report.html#sample-99) of [sensors.json](bundle/sensors.json)");
});

it("names what to do with the command, and the ring that waits", () => {
  for (const [name, data] of reportFiles(deadlockParts())) {
    expect(data, name).toContain("Replace the instance");
    if (name !== "report.md") expect(data, name).toMatch(/waits for ledger[\s\S]*waits for stock/);
  }
});

it("holds no secret that a step, a trigger or a route has in it", () => {
  for (const [name, data] of reportFiles(deadlockParts())) expect(data, name).not.toContain("hunter2");
});

it("a figure that was not read is a gap in its chart, and no zero", () => {
  const parts = deadlockParts();
  const samples = (parts.window?.samples ?? []).map(({ in_oldest_ms, ...rest }, i) => ({
    ...rest,
    ...(i % 10 !== 3 && { in_oldest_ms }),
  }));
  const window = { panics: [], inFlight: 42, missing: [], ...parts.window, samples };
  const html = page({ ...parts, window });
  const chart = /<svg id="chart-in_oldest_ms"[\s\S]*?<\/svg>/.exec(html)?.[0] ?? "";
  expect(chart.match(/<polyline/g)?.length).toBeGreaterThan(5);
  expect(chart).not.toContain("NaN");
});

it("an incident of which only the crash is known has a report too, without charts", () => {
  const { incident, files, missing } = deadlockParts();
  const panic = {
    at: OPENED,
    name: "upload",
    origin: "uncaughtException" as const,
    type: "Error",
    message: "Unexpected end of form",
    code: undefined,
    frames: [],
    requestId: "r-1",
    method: "POST",
    route: "/pictures",
  };
  const window = { panics: [panic], inFlight: 1, missing: [] };
  const parts = { incident, diagnosis: diagnose(window), window, files, missing };
  const html = page(parts);
  expect(html).toContain("crash.uncaught (confirmed)");
  expect(html).toContain('<a href="#triggers">see</a>');
  expect(html).not.toContain("polyline");
  expect(page({ ...parts, window: undefined })).toContain("Unexpected end of form");
});

it("can be read in a minute: what is long is folded", () => {
  const words = page(deadlockParts())
    .replace(/<style>[\s\S]*?<\/style>|<svg[\s\S]*?<\/svg>|<details[\s\S]*?<\/details>/g, "")
    .replace(/<[^>]+>/g, " ")
    .trim()
    .split(/\s+/);
  expect(words.length).toBeLessThan(300);
});

it.each([
  ["heap_growth_bytes", 36_000_000, "34.3 MiB"],
  ["heap_slope_second_half_bytes_per_second", 150_000, "146 KiB/s"],
  ["gc_ms_per_second", 180.4, "180 ms/s"],
  ["in_oldest_ms", 8_123, "8.12 s"],
  ["elu_ratio", 0.0402, "0.0402"],
  ["fd_count", 12_345, "12,345"],
])("%s of %d is %s", (name, value, text) => expect(formatFigure(name, value)).toBe(text));

it("paths are told from the package, or from where the process was started", () => {
  const incident = { process: { pid: 1, node: "v24", cwd: "/srv/orders" } };
  const at =
    "parse (/srv/orders/node_modules/.pnpm/moment@2.29.3/node_modules/moment/moment.js:1:2), f (/srv/orders/app.js:3:4)";
  expect(shortened(at, incident)).toBe("parse (node_modules/moment/moment.js:1:2), f (app.js:3:4)");
});

it("a limit has the unit of its figure", () => {
  expect(formatLimit("heap_growth_bytes", "at least 1500000")).toBe("at least 1.43 MiB");
  expect(formatLimit("panics_count", "any")).toBe("any");
});
