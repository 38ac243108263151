import { expect } from "vitest";
import type { Bench, Case } from "../case.js";
import type { Fixture } from "../fixture/fixture.js";
import { counted } from "../fixture/state.js";
import { RawConnection } from "../wire/connection.js";
import { encode } from "../wire/request.js";
import { expectProblem } from "./expect.js";

const trigger = "header:X-Debug-Fail: true";
const triggered = { "x-debug-fail": "true" };

/** Faults that are injected on purpose: `rate-limit` is the middleware of `/named`. */
export const faultCases: readonly Case[] = [
  {
    id: "F-01",
    title: "a named middleware that fails fast is answered for, where the trigger holds, and nothing panics",
    async run(bench) {
      const response = { status: 429, body: '{"error":"rate_limit_exceeded"}' };
      const fixture = await injecting(bench, { middleware: "rate-limit", mode: "fail-fast", trigger, response });
      const before = await fixture.state();
      const answer = await fixture.send({ path: "/named", headers: triggered });
      expect(answer).toMatchObject({ ...response, complete: true });
      expect(answer.headers).toMatchObject({ "x-sop-fault": "rate-limit", "content-type": "application/json" });
      const after = await fixture.settled();
      expect(counted(before, after)).toMatchObject({ status: { 429: 1 }, panics: 0 });
      expect(after.metrics.refused).toEqual({ injected: 1 });
      const usual = await fixture.send({ path: "/named" });
      expectProblem(usual, 503, "SOP_PANIC");
      expect(usual.headers["x-sop-fault"]).toBeUndefined();
    },
  },
  {
    id: "F-02",
    title: "a fault before the handler answers with SOP_INJECTED and its mark",
    async run(bench) {
      const fixture = await injecting(bench, { middleware: "*", mode: "fail-fast", trigger: "path:/items/*" });
      const answer = await fixture.send({ path: "/items/7" });
      expectProblem(answer, 503, "SOP_INJECTED");
      expect(answer.headers["x-sop-fault"]).toBe("*");
      expect((await fixture.send({ path: "/ok" })).body).toBe("ok");
      expect((await fixture.settled()).metrics.refused).toEqual({ injected: 1 });
    },
  },
  {
    id: "F-03",
    title: "a delay before the handler lets it begin later, in its own context, and marks the answer",
    async run(bench) {
      const fixture = await injecting(bench, { middleware: "*", mode: "delay", duration_ms: 100, trigger });
      const start = performance.now();
      const answers = await Promise.all(
        [1, 2, 3].map((id) =>
          fixture.send({ path: `/items/${id}`, headers: { ...triggered, "x-request-id": `r-${id}` } }),
        ),
      );
      // Timers of Node fire up to a millisecond early.
      expect(performance.now() - start).toBeGreaterThan(98);
      for (const [index, { status, headers, body }] of answers.entries()) {
        const id = String(index + 1);
        expect(status).toBe(200);
        expect(headers["x-sop-fault"]).toBe("*");
        expect(JSON.parse(body)).toMatchObject({ id, requestId: `r-${id}`, current: `r-${id}` });
      }
      expect((await fixture.send({ path: "/ok" })).headers["x-sop-fault"]).toBeUndefined();
    },
  },
  {
    id: "F-04",
    title: "a delay ends with the request's deadline, and where the client leaves",
    async run(bench) {
      const injector = { middleware: "*", mode: "delay", duration_ms: 3_600_000, trigger };
      const fixture = await injecting(bench, injector, { deadline: { default: 100 } });
      const before = await fixture.state();
      const late = await fixture.send({ path: "/throw/error", headers: triggered });
      expectProblem(late, 504, "SOP_DEADLINE");
      expect(late.headers["x-sop-fault"]).toBe("*");
      const leaving = await RawConnection.open(fixture.port);
      leaving.send(encode({ path: "/throw/error", headers: triggered }));
      await fixture.stateWhen(({ requests }) => requests === 2);
      leaving.reset();
      const numbers = counted(before, await fixture.settled());
      expect(numbers.panics).toBe(0);
      expect(numbers.deadlineExceeded + numbers.canceled).toBe(2);
      expect((await fixture.send({ path: "/ok" })).body).toBe("ok");
    },
  },
  {
    id: "F-05",
    title: "a fault in a named middleware is a panic of its name, and its answer is marked",
    async run(bench) {
      const fixture = await injecting(bench, { middleware: "rate-limit", mode: "fault" });
      const before = await fixture.state();
      const answer = await fixture.send({ path: "/named" });
      expectProblem(answer, 503, "SOP_PANIC");
      expect(answer.headers["x-sop-fault"]).toBe("rate-limit");
      expect(counted(before, await fixture.settled()).panicNames).toEqual({ "rate-limit": 1 });
    },
  },
  {
    id: "F-06",
    title: "an abort cuts the connection before a byte of an answer, before the handler and in a named middleware",
    async run(bench) {
      const fixture = await injecting(bench, { middleware: "*", mode: "abort", trigger: "path:/items/*" }, {}, [
        { middleware: "rate-limit", mode: "abort" },
      ]);
      for (const path of ["/items/7", "/named"]) {
        const connection = await RawConnection.open(fixture.port);
        connection.send(encode({ path }));
        await connection.closed;
        expect(connection.received).toBe("");
      }
      const { metrics } = await fixture.settled();
      expect(metrics.refused).toEqual({ injected: 2 });
      expect(metrics.panics).toEqual({});
    },
  },
  {
    id: "F-07",
    title: "a delay in a named middleware lets it begin later, and what it then throws is contained",
    async run(bench) {
      const fixture = await injecting(bench, { middleware: "rate-limit", mode: "delay", duration_ms: 100 });
      const before = await fixture.state();
      const start = performance.now();
      const answer = await fixture.send({ path: "/named" });
      expect(performance.now() - start).toBeGreaterThan(98);
      expectProblem(answer, 503, "SOP_PANIC");
      expect(answer.headers["x-sop-fault"]).toBe("rate-limit");
      expect(counted(before, await fixture.settled()).panicNames).toEqual({ "rate-limit": 1 });
    },
  },
];

/** A server into which faults are injected. */
function injecting(
  { fresh }: Bench,
  injector: object,
  options: object = {},
  more: readonly object[] = [],
): Promise<Fixture> {
  return fresh({ ...options, faults: { injectors: [injector, ...more] } });
}
