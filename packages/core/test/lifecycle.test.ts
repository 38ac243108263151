import { type Observer, problem } from "@sop/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bench } from "./support/fake.ts";

const counts = (b: ReturnType<typeof bench>) =>
  Object.fromEntries(b.sop.metrics().requests.map((s) => [`${s.method} ${s.route} ${s.status}`, s.count]));

describe("open", () => {
  test("takes a valid request id and trace from the caller", () => {
    const { open } = bench();
    const context = open({
      "x-request-id": "order-17",
      traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    });
    expect(context.id).toBe("order-17");
    expect(context.traceId).toBe("4bf92f3577b34da6a3ce929d0e0e4736");
  });

  test.each([
    ["an empty id", { "x-request-id": "" }],
    ["an id with a space", { "x-request-id": "a b" }],
    ["an id of 129 characters", { "x-request-id": "a".repeat(129) }],
    ["an id with a line break", { "x-request-id": "a\nb" }],
  ])("makes a new id for %s", (_what, headers) => {
    expect(bench().open(headers).id).toMatch(/^id-\d+$/);
  });

  test.each([
    "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-extra",
    "00-4bf9-00f067aa0ba902b7-01",
    "garbage",
  ])("makes a new trace id for the malformed traceparent %s", (traceparent) => {
    expect(bench().open({ traceparent }).traceId).toMatch(/^0{24}[0-9a-f]{8}$/);
  });

  test("takes a traceparent of a later version with more fields", () => {
    const context = bench().open({ traceparent: "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more" });
    expect(context.traceId).toBe("4bf92f3577b34da6a3ce929d0e0e4736");
  });

  test("knows the template of the route, and says unmatched while there is none", () => {
    const { life } = bench();
    const exchange = { route: undefined as string | undefined, replies: [] };
    const context = life.open({ method: "GET", headers: {} }, exchange);
    expect(context.route).toBe("unmatched");
    exchange.route = "/late/:id";
    expect(context.route).toBe("/late/:id");
  });

  test("reads headers of the web as it reads Node's", () => {
    const { life } = bench();
    const headers = new Headers({ "x-request-id": "web-1", "grpc-timeout": "250m" });
    const context = life.open({ method: "GET", headers }, { route: "/", replies: [] });
    expect([context.id, context.remaining()]).toEqual(["web-1", 250]);
  });
});

describe("admit", () => {
  test("asks the policies in their order, and the first refusal is the answer", () => {
    const asked: string[] = [];
    const refused: string[] = [];
    const b = bench({
      policies: [
        { name: "first", admit: () => void asked.push("first") },
        { name: "second", admit: (context) => problem("SOP_OVERLOAD", context.id, { retryAfter: 1.2 }) },
        { name: "third", admit: () => void asked.push("third") },
      ],
      observers: [{ refused: (_context, _reply, policy) => void refused.push(policy) }],
    });
    const reply = b.life.admit(b.open());
    expect(reply).toMatchObject({ status: 503, headers: { "retry-after": "2" } });
    expect(asked).toEqual(["first"]);
    expect(refused).toEqual(["second"]);
    expect(b.sop.metrics().refused).toEqual({ second: 1 });
  });

  test("says nothing the second time", () => {
    const b = bench({ policies: [{ name: "no", admit: (context) => problem("SOP_OVERLOAD", context.id) }] });
    const context = b.open();
    expect(b.life.admit(context)?.status).toBe(503);
    expect(b.life.admit(context)).toBeUndefined();
    expect(b.sop.metrics().refused).toEqual({ no: 1 });
  });

  test("admits when a policy throws, and reports that once", () => {
    const b = bench({
      policies: [
        {
          name: "broken",
          admit: () => {
            throw new Error("broken policy");
          },
        },
      ],
    });
    expect(b.life.admit(b.open())).toBeUndefined();
    expect(b.life.admit(b.open())).toBeUndefined();
    expect(b.log.lines.filter((line) => line.level === "error")).toHaveLength(1);
  });
});

describe("fail", () => {
  test("passes a framework's own error below 500 on", () => {
    const b = bench();
    const context = b.open();
    expect(b.life.fail(context, Object.assign(new Error("no"), { status: 404 }))).toBeUndefined();
    expect(b.life.fail(context, Object.assign(new Error("no"), { statusCode: 422 }))).toBeUndefined();
    expect(b.sop.metrics().panics).toEqual({});
  });

  test("answers a panic with a problem document that tells nothing of the error", () => {
    const b = bench();
    const context = b.open({ "x-request-id": "r1" });
    const reply = b.life.fail(context, new Error("password is hunter2"), "auth");
    expect(reply?.status).toBe(503);
    expect(reply?.headers["content-type"]).toBe("application/problem+json");
    expect(JSON.parse(reply?.body ?? "")).toEqual({
      type: "about:blank",
      title: "Service Unavailable",
      status: 503,
      code: "SOP_PANIC",
      requestId: "r1",
    });
  });

  test("counts a request's panic once, and gives the same reply each time", () => {
    const b = bench();
    const context = b.open();
    const reply = b.life.fail(context, new Error("first"), "auth");
    expect(b.life.fail(context, new Error("second"), "other")).toBe(reply);
    expect(b.sop.metrics().panics).toEqual({ auth: 1 });
  });

  test("takes an error of status 500 for a panic", () => {
    const b = bench();
    expect(b.life.fail(b.open(), Object.assign(new Error("no"), { status: 500 }))?.status).toBe(503);
  });

  test("logs the panic with the request's fields, the error and the incident", () => {
    const b = bench();
    const context = b.open({ "x-request-id": "r1", "user-agent": "curl" });
    b.life.fail(context, new TypeError("boom"), "auth");
    const line = b.log.lines.find((l) => l.message === "panic");
    expect(line?.fields).toMatchObject({
      request_id: "r1",
      client_ip: "127.0.0.1",
      route: "/items/:id",
      user_agent_hash: expect.stringMatching(/^[0-9a-f]{8}$/),
      middleware: "auth",
      err: { type: "TypeError", message: "boom" },
      incident: b.sop.incident?.id,
    });
  });

  test("names the panic after sop.middleware before all other names", () => {
    const b = bench();
    const context = b.open();
    const limit = b.sop.middleware("rate-limit", () => {
      throw new Error("no");
    });
    expect(() => b.life.run(context, limit)).toThrow("no");
    b.life.fail(context, new Error("no"), "hook");
    expect(b.sop.metrics().panics).toEqual({ "rate-limit": 1 });
  });

  test("names the panic after the route where nothing else is known", () => {
    const b = bench();
    b.life.fail(b.open(), "a string");
    expect(b.sop.metrics().panics).toEqual({ "/items/:id": 1 });
  });
});

describe("close", () => {
  test("measures once, whatever is called again", () => {
    const b = bench();
    const context = b.open();
    b.clock.advance(20);
    b.life.close(context, 200, "finished");
    b.life.close(context, 500, "aborted");
    expect(counts(b)).toEqual({ "GET /items/:id 200": 1 });
    expect(b.sop.metrics().requests[0]?.sum).toBeCloseTo(0.02);
    expect(b.sop.metrics().inFlight).toBe(0);
  });

  test("counts a client that left as 499 and canceled, and aborts the signal", () => {
    const b = bench();
    const context = b.open();
    const { signal } = context;
    b.life.close(context, 200, "aborted");
    expect(counts(b)).toEqual({ "GET /items/:id 499": 1 });
    expect(b.sop.metrics().canceled).toEqual({ canceled: 1, deadline_exceeded: 0 });
    expect(signal.reason).toMatchObject({ code: "SOP_CANCELED" });
  });

  test("keeps the status of an answer that the core gave before the client left", () => {
    const b = bench();
    const context = b.open();
    b.life.fail(context, new Error("boom"));
    b.life.close(context, 503, "aborted");
    expect(counts(b)).toEqual({ "GET /items/:id 503": 1 });
    expect(b.sop.metrics().canceled.canceled).toBe(0);
  });
});

test("every order of verbs opens once, closes once and never throws", () => {
  const verb = fc.constantFrom("admit", "fail", "clientError", "close", "abort", "advance");
  fc.assert(
    fc.property(fc.array(verb, { maxLength: 12 }), (verbs) => {
      const seen: string[] = [];
      const observer: Observer = {
        opened: () => void seen.push("opened"),
        closed: () => void seen.push("closed"),
        panicked: () => void seen.push("panicked"),
        deadlineExpired: () => void seen.push("deadlineExpired"),
      };
      const b = bench({ observers: [observer], deadline: { default: 50 } });
      const context = b.open();
      for (const name of [...verbs, "close"]) {
        if (name === "admit") b.life.admit(context);
        else if (name === "fail") b.life.fail(context, new Error("x"));
        else if (name === "clientError") b.life.fail(context, Object.assign(new Error("x"), { status: 400 }));
        else if (name === "close") b.life.close(context, 200, "finished");
        else if (name === "abort") b.life.close(context, 200, "aborted");
        else b.clock.advance(30);
      }
      b.clock.advance(1_000);
      expect(seen.filter((event) => event === "opened")).toHaveLength(1);
      expect(seen.filter((event) => event === "closed")).toHaveLength(1);
      expect(seen.filter((event) => event === "panicked").length).toBeLessThanOrEqual(1);
      expect(seen.filter((event) => event === "deadlineExpired").length).toBeLessThanOrEqual(1);
      expect(b.sop.metrics().inFlight).toBe(0);
      expect(b.replies(context).length).toBeLessThanOrEqual(1);
    }),
  );
});
