import { type Criticality, createSop, type OptionError, type OverloadOptions, type RequestContext } from "@sop/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bench } from "./support/fake.ts";
import { shedding } from "./support/overload.ts";

describe("without the option", () => {
  test("nothing is refused, and there is nothing to read", () => {
    const { sop, life, open } = bench();
    for (let n = 0; n < 1_000; n++) expect(life.admit(open())).toBeUndefined();
    expect(sop.overload()).toBeUndefined();
  });
});

describe("a limit of requests in flight", () => {
  test("refuses what is too much with 503 SOP_OVERLOAD, and is free again when one ends", () => {
    const { sop, send } = shedding({ maxInFlight: 2 });
    const first = send();
    send();
    const { refusal } = send();
    expect(refusal?.status).toBe(503);
    expect(JSON.parse(refusal?.body ?? "")).toMatchObject({ code: "SOP_OVERLOAD", status: 503 });
    expect(sop.metrics().refused).toEqual({ in_flight: 1 });
    expect(sop.overload()?.concurrency).toEqual({ inFlight: 2, limit: 2 });
    first.end();
    expect(send().refusal).toBeUndefined();
  });

  test("does not count what was refused, however slowly the answer is read", () => {
    const { send } = shedding({ maxInFlight: 1 });
    const only = send();
    for (let n = 0; n < 100; n++) send();
    only.end();
    expect(send().refusal).toBeUndefined();
  });

  test("gets the place of a request back that a later policy refuses", () => {
    const policies = [{ name: "mine", admit: () => ({ status: 429, headers: {}, body: "" }) }];
    const { sop, send } = shedding({ maxInFlight: 1 }, { policies });
    for (let n = 0; n < 3; n++) {
      const { refusal, end } = send();
      expect(refusal?.status).toBe(429);
      end();
    }
    expect(sop.overload()?.concurrency?.inFlight).toBe(0);
  });

  test("is never gone past, and each place is given back once, however its request ends", () => {
    const step = fc.record({ end: fc.constantFrom("none", "finish", "abort", "panic", "twice"), which: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), fc.integer({ min: 1, max: 8 }), (steps, maxInFlight) => {
        const { sop, life, send } = shedding({ maxInFlight });
        const open: RequestContext[] = [];
        for (const { end, which } of steps) {
          const isFull = open.length === maxInFlight;
          const { context, refusal } = send();
          expect(refusal !== undefined).toBe(isFull);
          if (refusal) life.close(context, refusal.status, "finished");
          else open.push(context);
          const [ended] = end === "none" ? [] : open.splice(which % open.length, 1);
          if (ended) {
            if (end === "panic") life.fail(ended, new Error("x"));
            life.close(ended, 200, end === "abort" ? "aborted" : "finished");
            if (end === "twice") life.close(ended, 200, "finished");
          }
          expect(sop.overload()?.concurrency?.inFlight).toBe(open.length);
        }
      }),
    );
  });
});

describe("Retry-After", () => {
  test.each([
    [0, "1"],
    [0.4, "2"],
    [0.999, "3"],
  ])("is another number of seconds for each client: %d of retryAfter is %s", (chance, seconds) => {
    const { send } = shedding({ maxInFlight: 1 }, { ports: { random: () => chance } });
    send();
    expect(send().refusal?.headers["retry-after"]).toBe(seconds);
  });
});

describe("classes of requests", () => {
  const sendAs = (criticality: string, b: ReturnType<typeof shedding>) =>
    b.send({ headers: { "x-sop-priority": criticality } }).refusal === undefined;
  const classes = ["sheddable", "default", "critical"] as const;

  test("each use their share of the limit: 0.8, 0.95 and all of it", () => {
    const b = shedding({ maxInFlight: 100, header: "X-Sop-Priority" });
    const room = classes.map((name) => {
      let taken = 0;
      while (sendAs(name, b)) taken++;
      return taken;
    });
    expect(room).toEqual([80, 15, 5]);
  });

  test("share a limit of few without rounding anyone out of it", () => {
    const b = shedding({ maxInFlight: 1, header: "x-sop-priority" });
    expect(sendAs("sheddable", b)).toBe(true);
  });

  test.each(["/healthz", "/readyz", "/livez?verbose", "http://orders.local/healthz"])(
    "a health check goes through, whatever the load is, before any route is known: %s",
    (url) => {
      const { send } = shedding({ maxInFlight: 1 });
      send();
      expect(send().refusal).toBeDefined();
      for (let n = 0; n < 10; n++) expect(send({ url, route: "unmatched" }).refusal).toBeUndefined();
    },
  );

  test("a health check that is named is no more than what it was named", () => {
    const { send } = shedding({ maxInFlight: 1, routes: { "/healthz": "default" } });
    send();
    expect(send({ url: "/healthz" }).refusal).toBeDefined();
    expect(send({ url: "/readyz" }).refusal).toBeUndefined();
  });

  test("a header is not looked at unless it was named: anybody can send one", () => {
    const b = shedding({ maxInFlight: 20 });
    for (let n = 0; n < 19; n++) b.send();
    expect(sendAs("critical", b)).toBe(false);
  });

  test.each<[string, OverloadOptions, { url?: string; route?: string; headers?: Record<string, string> }]>([
    ["by the template of the route", { routes: { "/pay/:id": "critical" } }, { url: "/pay/7", route: "/pay/:id" }],
    ["by path", { routes: { "/pay": "critical" } }, { url: "/pay?now", route: "unmatched" }],
    ["by header", { header: "x-class" }, { headers: { "x-class": "critical" } }],
    ["by a function", { priority: ({ method }) => (method === "GET" ? "critical" : undefined) }, {}],
    [
      "by a function before the route",
      { priority: () => "critical", routes: { "/pay": "sheddable" } },
      { url: "/pay" },
    ],
    [
      "by route before header",
      { routes: { "/pay": "critical" }, header: "x" },
      { url: "/pay", headers: { x: "default" } },
    ],
  ])("are told %s", (_how, options, sent) => {
    const { send } = shedding({ maxInFlight: 20, shares: { default: 0.05 }, ...options });
    send();
    expect(send(sent).refusal).toBeUndefined();
  });

  test.each([["nonsense"], [7], [null]])("what is no class is default: %j", (told) => {
    const { send } = shedding({ maxInFlight: 20, priority: () => told as Criticality });
    for (let n = 0; n < 19; n++) expect(send().refusal).toBeUndefined();
    expect(send().refusal).toBeDefined();
  });

  test("where the function throws the request is let through, and that is told once", () => {
    const log: string[] = [];
    const note = (_fields: object, message?: string): void => void log.push(message ?? "");
    const logger = { debug: note, info: note, warn: note, error: note };
    const priority = () => {
      throw new Error("no tenant");
    };
    const { send } = shedding({ maxInFlight: 1, priority }, { logger });
    for (let n = 0; n < 5; n++) expect(send().refusal).toBeUndefined();
    expect(log).toEqual(["a policy threw"]);
  });
});

describe("wrong options", () => {
  test.each<[unknown, string]>([
    [5, "overload: got 5, expected an object"],
    [{ maxInflight: 5 }, "overload.maxInflight: got 5, expected no such option; known are maxInFlight"],
    [{ maxInFlight: 0 }, "overload.maxInFlight: got 0, expected a whole number of 1 to 1000000"],
    [{ maxInFlight: 5, adaptive: true }, "overload.adaptive: got true, expected either that or maxInFlight"],
    [{ adaptive: 5 }, "overload.adaptive: got 5, expected an object"],
    [{ adaptive: { min: 10, max: 5 } }, "overload.adaptive.max: got 5, expected a whole number of 10 to 100000"],
    [{ maxEventLoopDelay: 0 }, "overload.maxEventLoopDelay: got 0, expected a duration of 1 to 10000 ms"],
    [{ maxEventLoopDelay: false }, "overload.maxEventLoopDelay: got false, expected maxInFlight or adaptive beside"],
    [
      { maxEventLoopDelay: 50, maxEventLoopBurst: 20 },
      "overload.maxEventLoopBurst: got 20, expected a duration of 50 to",
    ],
    [{ priority: "critical" }, 'overload.priority: got "critical", expected a function'],
    [{ routes: { "/pay": "urgent" } }, 'overload.routes./pay: got "urgent", expected one of "critical", "default"'],
    [{ routes: ["/pay"] }, 'overload.routes: got ["/pay"], expected an object'],
    [{ header: "" }, 'overload.header: got "", expected a non-empty string'],
    [{ shares: { default: 1.5 } }, "overload.shares.default: got 1.5, expected a ratio above 0, at most 1"],
    [{ shares: { urgent: 1 } }, "overload.shares.urgent: got 1, expected no such option"],
    [
      { shares: { default: 0.5, sheddable: 0.8 } },
      "overload.shares.sheddable: got 0.8, expected at most shares.default",
    ],
    [{ shares: { critical: 0.5, default: 0.8 } }, "overload.shares.default: got 0.8, expected at most shares.critical"],
    [{ retryAfter: 10 }, "overload.retryAfter: got 10, expected a duration of 1000 to 3600000 ms"],
  ])("%j: %s", (overload, message) => {
    expect(() => createSop({ service: "s", overload: overload as OverloadOptions })).toThrow(message);
  });

  test("are told together", () => {
    try {
      createSop({
        service: "s",
        overload: { maxInFlight: -1, retryAfter: "soon" as never },
        ports: { eventLoop: {} as never },
      });
      expect.unreachable();
    } catch (error) {
      const { problems } = error as OptionError;
      expect(problems.map(({ path }) => path).sort()).toEqual([
        "overload.maxInFlight",
        "overload.retryAfter",
        "ports.eventLoop",
      ]);
    }
  });

  test("never crash the check itself", () => {
    fc.assert(
      fc.property(fc.anything(), (overload) => {
        try {
          createSop({ service: "s", overload: overload as OverloadOptions }).dispose();
        } catch (error) {
          expect((error as OptionError).code).toBe("SOP_ERR_OPTION");
        }
      }),
    );
  });
});
