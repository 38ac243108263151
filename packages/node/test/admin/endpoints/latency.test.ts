import { describe, expect, it } from "vitest";
import type { Asked } from "../../../src/admin/endpoints/endpoint.ts";
import { latency } from "../../../src/admin/endpoints/latency.ts";
import type { Parts } from "../../../src/admin/endpoints/parts.ts";
import { operator, type Scene, scene } from "./support.ts";

/** Requests of one route, each so many milliseconds long. */
function send({ sop, clock }: Scene, durations: readonly number[], status = 200): void {
  const life = sop.lifecycle<object>({ name: "test", route: () => "/items/:id", respond: () => {} });
  for (const ms of durations) {
    const context = life.open({ method: "GET", headers: {} }, {});
    clock.advance(ms);
    life.close(context, status, "finished");
  }
}

describe("GET /debug/mw/latency", () => {
  it("records from the first question on, and goes on where the last answer ended", () => {
    const here = scene();
    send(here, [5]);
    const first = here.ask("GET /debug/mw/latency").json;
    expect(first).toMatchObject({ live: true, service: "shop", interval: 1_000, slices: [] });
    send(here, [5, 100, 900]);
    here.clock.advance(1_000);
    const second = here.ask(`GET /debug/mw/latency?since=${first.until}`).json;
    const counts = second.slices.flatMap((slice: Slice) => slice.routes.flatMap((route) => route.counts));
    expect(counts.reduce((n: number, [, count]: [number, number]) => n + count, 0)).toBe(3);
    expect(second.slices[0].routes[0].route).toBe("GET /items/:id");
    expect(here.ask(`GET /debug/mw/latency?since=${second.until}`).json.slices).toEqual([]);
  });

  it("tells nothing, rather than what was, while the main thread is blocked", () => {
    const here = scene();
    here.ask("GET /debug/mw/latency");
    expect(here.askBlocked("GET /debug/mw/latency").json).toMatchObject({ live: false, service: "shop", slices: [] });
  });

  it.each(["since=-1", "since=yesterday", "since=1.5", "format=png", "every=1s"])("refuses ?%s", (query) => {
    expect(scene().ask(`GET /debug/mw/latency?${query}`).status).toBe(400);
  });

  it("draws a heat map, and says that it cannot while the main thread is blocked", () => {
    const here = scene();
    here.desk.latency.read();
    send(here, [5, 100, 900]);
    here.clock.advance(1_000);
    const asked = { params: {}, query: { format: "svg" }, body: undefined, caller: operator } satisfies Asked;
    const known = { asOf: 0, isLive: true, service: { name: "shop" } };
    const [endpoint] = latency;
    const drawn = endpoint?.answer({ ...known, latency: here.desk.latency.read() } as Parts, asked);
    expect(drawn).toMatchObject({
      status: 200,
      type: "image/svg+xml",
      text: expect.stringContaining("GET /items/:id: 3 requests"),
    });
    expect(endpoint?.answer({ ...known, isLive: false } as Parts, asked)).toMatchObject({
      problem: { code: "SOP_ERR_BLOCKED" },
    });
  });
});

interface Slice {
  readonly routes: readonly { readonly counts: readonly [number, number][] }[];
}
