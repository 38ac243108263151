import type { RequestContext } from "@sop/core";
import { describe, expect, it } from "vitest";
import { type Scene, scene } from "./support.ts";

function opening({ sop }: Scene) {
  const life = sop.lifecycle<{ route: string }>({ name: "test", route: ({ route }) => route, respond: () => {} });
  const open = (route: string): RequestContext => life.open({ method: "GET", headers: {} }, { route }, "127.0.0.1");
  return { life, open };
}

describe("requests in flight", () => {
  it("are told the oldest first, with what is known of each", () => {
    const bench = scene({ deadline: { default: "10s" } });
    const { life, open } = opening(bench);
    const first = open("/slow/:id");
    life.admit(first);
    bench.clock.advance(3_000);
    const second = open("/fast");
    bench.clock.advance(50);
    const { json } = bench.ask("GET /debug/mw/requests");
    expect(json).toMatchObject({ live: true, total: 2, matched: 2 });
    const common = { method: "GET", failed: false };
    expect(json.requests).toEqual([
      {
        ...common,
        id: first.id,
        traceId: first.traceId,
        route: "/slow/:id",
        startedAt: first.startedAt,
        age: 3_050,
        phase: "admitted",
        remaining: 6_950,
      },
      {
        ...common,
        id: second.id,
        traceId: second.traceId,
        route: "/fast",
        startedAt: second.startedAt,
        age: 50,
        phase: "opened",
        remaining: 9_950,
      },
    ]);
    life.close(first, 200, "finished");
    expect(bench.ask("GET /debug/mw/requests").json).toMatchObject({ total: 1 });
  });

  it("can be those of a route, or those of an age", () => {
    const bench = scene();
    const { open } = opening(bench);
    open("/a");
    bench.clock.advance(1_000);
    open("/b");
    open("/a");
    const routes = (query: string): string[] =>
      bench.ask(`GET /debug/mw/requests?${query}`).json.requests.map(({ route }: { route: string }) => route);
    expect(routes("route=/a")).toEqual(["/a", "/a"]);
    expect(routes("minAge=1s")).toEqual(["/a"]);
    expect(routes("minAge=1s&route=/b")).toEqual([]);
    expect(routes("limit=2")).toEqual(["/a", "/b"]);
  });

  it("are the oldest thousand of ten thousand, and said to be more", () => {
    const bench = scene();
    const { open } = opening(bench);
    const oldest = open("/first");
    for (let i = 0; i < 9_999; i++) open("/many");
    const { json } = bench.ask("GET /debug/mw/requests?limit=1000");
    expect(json).toMatchObject({ total: 10_000, matched: 1_000 });
    expect(json.requests).toHaveLength(1_000);
    expect(json.requests[0].id).toBe(oldest.id);
  });

  it("are the last known ones while the main thread is blocked", () => {
    const bench = scene();
    opening(bench).open("/stuck");
    expect(bench.askBlocked("GET /debug/mw/requests").json).toMatchObject({
      live: false,
      requests: [{ route: "/stuck" }],
    });
  });
});
