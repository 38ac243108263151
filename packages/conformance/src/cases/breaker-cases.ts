import type { BreakerMetrics, BreakerOptions, Duration } from "@sop/core";
import { expect } from "vitest";
import type { Bench, Case } from "../case.js";
import type { Fixture } from "../fixture/fixture.js";
import { counted, type FixtureState } from "../fixture/state.js";
import { RawConnection } from "../wire/connection.js";
import { encode } from "../wire/request.js";
import { expectProblem } from "./expect.js";

const ROUTE = "GET /guarded/:kind";

/** A server whose breakers open after three calls, for so long. */
function breaking(bench: Bench, waitDurationInOpenState: Duration, options?: object): Promise<Fixture> {
  const breaker: BreakerOptions = {
    minimumNumberOfCalls: 3,
    permittedNumberOfCallsInHalfOpenState: 2,
    waitDurationInOpenState,
  };
  return bench.fresh({ ...options, breakers: { [ROUTE]: breaker, dependency: breaker } });
}

function breakerIn({ metrics }: FixtureState, name = ROUTE): BreakerMetrics | undefined {
  return metrics.breakers.find((breaker) => breaker.name === name);
}

async function expectPanics(fixture: Fixture, path: string): Promise<void> {
  for (let i = 0; i < 3; i++) expectProblem(await fixture.send({ path }), 503, "SOP_PANIC");
}

/** Sends a request that hangs, and leaves when it is there. */
async function leave(fixture: Fixture): Promise<void> {
  const connection = await RawConnection.open(fixture.port);
  connection.send(encode({ path: "/guarded/hang" }));
  await fixture.stateWhen(({ requests }) => requests === 2);
  connection.close();
  await fixture.settled();
}

/** Breakers of routes, and of what handlers call. */
export const breakerCases: readonly Case[] = [
  {
    id: "K-01",
    title: "a route's breaker opens after failures, then refuses with Retry-After and without calling the handler",
    async run(bench) {
      const fixture = await breaking(bench, "1h");
      await expectPanics(fixture, "/guarded/fail");
      const before = await fixture.settled();
      const refused = await fixture.send({ path: "/guarded/fail" });
      expectProblem(refused, 503, "SOP_BREAKER_OPEN");
      expect(Number(refused.headers["retry-after"])).toBeGreaterThan(3_500);
      const after = await fixture.settled();
      expect(counted(before, after)).toMatchObject({ status: { "503": 1 }, panics: 0 });
      expect(after.metrics.refused).toEqual({ breaker_open: 1 });
      expect(breakerIn(after)).toMatchObject({ state: "open", calls: { failed: 3, not_permitted: 1 } });
    },
  },
  {
    id: "K-02",
    title: "other routes go on while one route's breaker is open",
    async run(bench) {
      const fixture = await breaking(bench, "1h");
      await expectPanics(fixture, "/guarded/fail");
      expectProblem(await fixture.send({ path: "/guarded/ok" }), 503, "SOP_BREAKER_OPEN");
      for (const path of ["/ok", "/dependency/ok"]) expect((await fixture.send({ path })).body).toBe("ok");
    },
  },
  {
    id: "K-03",
    title: "a client that leaves is no failure of the route",
    async run(bench) {
      const fixture = await breaking(bench, "1h");
      for (let i = 0; i < 4; i++) await leave(fixture);
      expect((await fixture.send({ path: "/guarded/ok" })).body).toBe("ok");
      const calls = { successful: 1, failed: 0, ignored: 4, not_permitted: 0 };
      expect(breakerIn(await fixture.settled())).toMatchObject({ state: "closed", calls });
    },
  },
  {
    id: "K-04",
    title: "a deadline that passes is a failure of the route",
    async run(bench) {
      const fixture = await breaking(bench, "1h", { deadline: { default: "50ms" } });
      for (let i = 0; i < 3; i++) expectProblem(await fixture.send({ path: "/guarded/hang" }), 504, "SOP_DEADLINE");
      expectProblem(await fixture.send({ path: "/guarded/ok" }), 503, "SOP_BREAKER_OPEN");
    },
  },
  {
    id: "K-05",
    title: "once its time is over, a route's breaker closes again by what a few requests show",
    async run(bench) {
      const fixture = await breaking(bench, 50);
      await expectPanics(fixture, "/guarded/fail");
      // A probe whose client leaves gives its place back.
      await fixture.stateWhen((state) => breakerIn(state)?.state === "half_open");
      await leave(fixture);
      for (let i = 0; i < 2; i++) expect((await fixture.send({ path: "/guarded/ok" })).body).toBe("ok");
      expect(breakerIn(await fixture.settled())).toMatchObject({ state: "closed", calls: { successful: 2 } });
    },
  },
  {
    id: "K-06",
    title: "a handler that lets the refusal of a dependency's breaker through is refused, and is no panic",
    async run(bench) {
      const fixture = await breaking(bench, "1h");
      await expectPanics(fixture, "/dependency/fail");
      const before = await fixture.settled();
      const refused = await fixture.send({ path: "/dependency/ok" });
      expectProblem(refused, 503, "SOP_BREAKER_OPEN");
      expect(Number(refused.headers["retry-after"])).toBeGreaterThan(3_500);
      const after = await fixture.settled();
      expect(counted(before, after)).toMatchObject({ status: { "503": 1 }, panics: 0 });
      expect(after.metrics.refused).toEqual({ breaker_open: 1 });
      expect(breakerIn(after, "dependency")).toMatchObject({ state: "open", calls: { failed: 3, not_permitted: 1 } });
    },
  },
  {
    id: "K-07",
    title: "a handler that lets a limit's refusal through is refused with its Retry-After, and is no panic",
    async run({ fresh }) {
      const fixture = await fresh();
      const refused = await fixture.send({ path: "/throw/overload" });
      expectProblem(refused, 503, "SOP_OVERLOAD");
      expect(refused.headers["retry-after"]).toBe("2");
      expect((await fixture.settled()).metrics).toMatchObject({ refused: { overload: 1 }, panics: {}, incidents: {} });
    },
  },
];
