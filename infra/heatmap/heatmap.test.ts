import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LATENCY_BOUNDS, type LatencyRun, latencyHeatMap, latencyRun } from "../../packages/node/dist/latency.js";
import { missing } from "../services/missing.ts";
import { Page } from "./chromium.ts";

const why = missing("chromium");
if (why) console.log(`skipped: ${why}`);

const BEGIN = Date.parse("2026-11-25T05:00:00Z");

/** A minute in which one route gets slow and fails, while the others do not. */
function run({ isSlow = true, routes = 4 } = {}): LatencyRun {
  const slices = Array.from({ length: 60 }, (_, second) => ({
    at: BEGIN + second * 1_000,
    routes: Array.from({ length: routes }, (_, r) => {
      const slow = isSlow && r === 1 && second >= 20 && second < 45;
      const base = 60 + (r % 8) * 30;
      const counts: [number, number][] = [
        [base + (second % 3), 40],
        [base + 8, Math.max(5, 100 - r * 20)],
        [base + 20 + (second % 5), 6],
        ...(slow ? [[250 + (second % 4), 12] as [number, number]] : []),
      ];
      return {
        route: r === 2 ? 'GET /<script>alert("x")</script>&' : `GET /route-${r}`,
        errors: slow ? 9 : 0,
        cancelled: 0,
        counts,
      };
    }),
  }));
  const about = { service: "shop", source: "a test", interval: 1_000, bounds: LATENCY_BOUNDS };
  return latencyRun({
    ...about,
    from: new Date(BEGIN).toISOString(),
    until: new Date(BEGIN + 60_000).toISOString(),
    slices,
  });
}

describe.skipIf(why)("the heat map in a browser", () => {
  let page: Page;

  beforeAll(async () => {
    page = await Page.open();
  });

  afterAll(() => page?.close());

  /** How many pixels have which colour, of the image as a browser shows it. */
  const pixels = (svg: string): Promise<Record<string, number>> =>
    page.evaluate(`(async () => {
      const image = new Image();
      image.src = "data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}";
      await image.decode();
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const seen = {};
      for (let i = 0; i < data.length; i += 4) {
        const colour = "#" + [data[i], data[i + 1], data[i + 2]].map((n) => n.toString(16).padStart(2, "0")).join("");
        seen[colour] = (seen[colour] ?? 0) + 1;
      }
      return seen;
    })()`);

  /** The document itself, opened as a page. */
  async function show(svg: string): Promise<void> {
    const url = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
    await page.send("Page.navigate", { url });
    await expect
      .poll(() => page.evaluate("document.readyState + document.documentElement.localName"))
      .toBe("completesvg");
  }

  it("is drawn: many colours of the scale, the errors, and its own ground", async () => {
    const seen = await pixels(latencyHeatMap(run()));
    const all = Object.values(seen).reduce((a, b) => a + b, 0);
    expect((seen["#ffffff"] ?? 0) / all).toBeGreaterThan(0.3);
    // The darkest of the scale, and the bars of errors.
    expect(seen["#002051"] ?? 0).toBeGreaterThan(1_000);
    expect(seen["#b42318"] ?? 0).toBeGreaterThan(1_000);
    expect(Object.keys(seen).length).toBeGreaterThan(20);
  });

  it("shows the fault, and not where there is none", async () => {
    const [sick, well] = [await pixels(latencyHeatMap(run())), await pixels(latencyHeatMap(run({ isSlow: false })))];
    const red = "#b42318";
    expect(sick[red] ?? 0).toBeGreaterThan((well[red] ?? 0) + 1_000);
  });

  it("has a name and a description for screen readers: every route in words, hostile names as they are", async () => {
    await show(latencyHeatMap(run(), { baseline: run({ isSlow: false }) }));
    const { nodes } = await page.send<{ nodes: Node[] }>("Accessibility.getFullAXTree");
    const image = nodes.find(({ role }) => role?.value === "image" || role?.value === "img");
    const said = `${image?.name?.value} ${image?.description?.value}`;
    expect(said).toContain("Latency by route of shop");
    expect(said).toContain("The slowest route is GET /route-1 with");
    expect(said).toContain('GET /<script>alert("x")</script>&: ');
    expect(said).toMatch(/GET \/route-1: .*P99 .*Compared with the run before: .*slower/);
  });

  it("has no text that is cut off, over another or below 12 pixels", async () => {
    for (const routes of [1, 4, 40]) {
      await show(latencyHeatMap(run({ routes }), { baseline: run({ isSlow: false, routes }) }));
      expect(await page.evaluate(OVERLAPS)).toEqual([]);
    }
  });

  it("runs no script", async () => {
    await show(latencyHeatMap(run()));
    expect(await page.evaluate("document.scripts.length")).toBe(0);
  });

  it("is a picture that can be kept", async () => {
    await show(latencyHeatMap(run()));
    const { data } = await page.send<{ data: string }>("Page.captureScreenshot", { captureBeyondViewport: true });
    const png = Buffer.from(data, "base64");
    expect(png.length).toBeGreaterThan(10_000);
    if (process.env["SOP_KEEP"]) writeFileSync(process.env["SOP_KEEP"], png);
  });
});

interface Node {
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
  readonly description?: { readonly value: string };
}

const OVERLAPS = `(() => {
  const texts = [...document.querySelectorAll("text")].map((text) => ({ text, box: text.getBoundingClientRect() }));
  const page = document.documentElement.getBoundingClientRect();
  const wrong = [];
  for (const [i, { text, box }] of texts.entries()) {
    if (parseFloat(getComputedStyle(text).fontSize) < 12) wrong.push("small: " + text.textContent);
    if (box.left < page.left || box.right > page.right || box.bottom > page.bottom) wrong.push("outside: " + text.textContent);
    for (const other of texts.slice(i + 1)) {
      // Boxes have room above and below the letters.
      const high = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
      const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
      if (high > 5 && wide > 0) wrong.push(text.textContent + " over " + other.text.textContent);
    }
  }
  return wrong;
})()`;
