import fc from "fast-check";
import { SaxesParser, type SaxesTagPlain } from "saxes";
import { describe, expect, it } from "vitest";
import { COLOURS, INK } from "../../src/latency/heatmap/palette.ts";
import { latencyHeatMap } from "../../src/latency.ts";
import { runOf, slice, times } from "./runs.ts";

/** What a strict reader of XML finds: it throws for what is no document. */
function read(svg: string) {
  const tags: SaxesTagPlain[] = [];
  const texts: string[] = [];
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", (tag) => tags.push(tag));
  parser.on("text", (text) => texts.push(text));
  parser.write(svg).close();
  return { tags, text: texts.join("\n"), named: (name: string) => tags.filter((tag) => tag.name === name) };
}

// What breaks out of an element, an attribute, a comment or the encoding, where it is let.
const hostile = fc.oneof(
  fc.constantFrom(
    "<script>alert(1)</script>",
    '" onload="alert(1)',
    "]]>",
    "-->",
    "&amp;&#0;",
    "\u0000\u001b[2J",
    "\ud800",
    "\ufffe",
    "a\nb\tc\r",
  ),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ maxLength: 300 }),
);

/** What XML cannot have is another character; all else is as it was. */
function readable(text: string): string {
  return text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
}

describe("the heat map", () => {
  it("is well-formed, without script and without anything from elsewhere, whatever the routes are called", () => {
    fc.assert(
      fc.property(fc.uniqueArray(hostile, { minLength: 1, maxLength: 5 }), hostile, (routes, service) => {
        const latencies = Object.fromEntries(routes.map((route, i) => [route, [1, 10 + i, -300]]));
        const run = runOf([slice(0, latencies), slice(3, latencies)], { service, source: service, notes: [service] });
        const svg = latencyHeatMap(run, { baseline: runOf([slice(0, { [routes[0] as string]: [5] })]) });
        const { tags, text, named } = read(svg);
        for (const route of routes) expect(text).toContain(readable(route));
        const names = new Set(tags.map(({ name }) => name));
        expect([...names].sort()).toEqual(["circle", "desc", "g", "path", "rect", "svg", "text", "title"]);
        for (const { attributes } of tags) {
          for (const [name, value] of Object.entries(attributes)) {
            expect(name).not.toMatch(/^on|href|style/);
            if (name !== "xmlns") expect(String(value)).not.toMatch(/https?:|url\(/);
          }
        }
        expect(named("svg")).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });

  it("says in words what it shows: in all, and of each route", () => {
    const run = runOf([
      slice(0, { "GET /items": times(100, 2), "POST /orders": [...times(8, 10), ...times(2, -900)] }),
    ]);
    const { text, named } = read(latencyHeatMap(run));
    expect(named("svg")[0]?.attributes).toMatchObject({
      role: "img",
      "aria-labelledby": "sop-latency-title sop-latency-words",
    });
    expect(text).toContain("Latency by route of shop");
    expect(text).toContain("Latency of 2 routes over 1 s: 110 requests, 1.8 % of them errors.");
    expect(text).toMatch(/The slowest route is POST \/orders with a P99 of 9\d\d ms/);
    expect(text).toMatch(/POST \/orders: 10 requests, P50 9\.\d ms, P90 9\d\d ms, P99 9\d\d ms, errors 20 % \(2\)\./);
  });

  it("says in words how it differs from a run before, and which routes are in one only", () => {
    const before = runOf([slice(0, { a: times(200, 10), gone: [1] })]);
    const { text } = read(latencyHeatMap(runOf([slice(0, { a: times(200, 40), fresh: [1] })]), { baseline: before }));
    expect(text).toMatch(/Compared with the run before: P50 was 9.8 ms, \+3\d\d % slower/);
    expect(text).toContain("Only in the run that is shown.");
    expect(text).toContain("Only in the run before: gone.");
  });

  it("shows the busiest routes, and the others together", () => {
    const routes = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`GET /${i}`, times(100 - i, 10)]));
    const svg = latencyHeatMap(runOf([slice(0, routes)]));
    const { text } = read(svg);
    expect(text).toContain("GET /10: 90 requests");
    expect(text).toContain("89 other routes: 4,005 requests");
    expect(text).not.toContain("GET /11");
  });

  it("stays within two megabytes, at an hour of twelve routes that are all over the place", () => {
    const slices = Array.from({ length: 3_600 }, (_, second) => {
      return slice(
        second,
        Object.fromEntries(
          Array.from({ length: 12 }, (_, r) => [
            `GET /${r}`,
            [2 ** ((second * 7 + r) % 19), -(1.5 ** ((second + r) % 30))],
          ]),
        ),
      );
    });
    const svg = latencyHeatMap(runOf(slices));
    expect(svg.length).toBeLessThan(2_000_000);
    read(svg);
  });

  it("is a picture of nothing where there was nothing", () => {
    expect(read(latencyHeatMap(runOf([]))).text).toContain("Nothing was requested.");
  });

  it("is the same for the same run", () => {
    const run = runOf([slice(0, { a: [1, 2, 3] })]);
    expect(latencyHeatMap(run)).toBe(latencyHeatMap(structuredClone(run)));
  });

  it("refuses options that it does not know, and too many bands", () => {
    expect(() => latencyHeatMap(runOf([]), { routes: 31, colour: "red" } as never)).toThrow(
      /colour.*routes|routes.*colour/s,
    );
  });
});

describe("its colours", () => {
  it("get steadily darker the more there is, so that they are told apart without hue", () => {
    const lights = COLOURS.map(luminance);
    for (let i = 1; i < lights.length; i++) expect(lights[i]).toBeLessThan(lights[i - 1] as number);
  });

  it("have a contrast to the ground with which texts can be read", () => {
    for (const ink of [INK.text, INK.quiet, INK.error]) {
      expect(contrast(ink, INK.ground)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(ink, INK.plot)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

/** WCAG 2's relative luminance. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}
