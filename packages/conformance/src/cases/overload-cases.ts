import { expect } from "vitest";
import type { Bench, Case } from "../case.js";
import type { Fixture } from "../fixture/fixture.js";
import { RawConnection } from "../wire/connection.js";
import { encode } from "../wire/request.js";
import { expectProblem } from "./expect.js";

/** Two of the application's own requests may be in flight; what the audit steers it by is critical, and has room beside them. */
const overload = {
  maxInFlight: 4,
  shares: { default: 0.5 },
  routes: { "/state": "critical", "/gate": "critical" },
  maxEventLoopDelay: false,
};

/** More requests than there may be. */
export const overloadCases: readonly Case[] = [
  {
    id: "O-01",
    title: "over the limit a request gets 503 and Retry-After, health checks go through, and the limit frees again",
    async run(bench) {
      const { fixture } = await full(bench, "/gate/1");
      const refused = await fixture.send({ path: "/ok" });
      expectProblem(refused, 503, "SOP_OVERLOAD");
      expect(refused.headers["retry-after"]).toMatch(/^[123]$/);
      for (const path of ["/healthz", "/readyz", "/livez"]) expect((await fixture.send({ path })).status).not.toBe(503);
      await fixture.send({ method: "POST", path: "/gate" });
      await fixture.settled();
      expect((await fixture.send({ path: "/ok" })).body).toBe("ok");
      expect((await fixture.state()).metrics.refused).toEqual({ in_flight: 1 });
    },
  },
  {
    id: "O-02",
    title: "a place is given back by a request that fails, and by one whose client leaves",
    async run(bench) {
      const { fixture, waiting } = await full(bench, "/hang");
      expectProblem(await fixture.send({ path: "/ok" }), 503, "SOP_OVERLOAD");
      for (const connection of waiting) connection.reset();
      await fixture.settled();
      for (let n = 0; n < 3; n++) expectProblem(await fixture.send({ path: "/reject" }), 503, "SOP_PANIC");
      expect((await fixture.send({ path: "/ok" })).body).toBe("ok");
    },
  },
];

interface Full {
  readonly fixture: Fixture;
  /** What fills it. */
  readonly waiting: readonly RawConnection[];
}

/** A server in which as many requests wait as there may be. */
async function full({ fresh }: Bench, path: string): Promise<Full> {
  const fixture = await fresh({ overload });
  const waiting = await Promise.all([RawConnection.open(fixture.port), RawConnection.open(fixture.port)]);
  for (const connection of waiting) connection.send(encode({ path }));
  await fixture.stateWhen(({ requests }) => requests === waiting.length + 1);
  return { fixture, waiting };
}
