import { expect } from "vitest";
import type { Case } from "../case.js";
import { counted } from "../fixture/state.js";
import { RawConnection } from "../wire/connection.js";
import { encode } from "../wire/request.js";
import { expectProblem } from "./expect.js";

/** What a request's own context says, as `/items/:id` and `/gate/:id` answer it. */
export interface Item {
  readonly id: string;
  readonly route: string;
  readonly requestId: string;
  readonly traceId: string;
  /** The id of the request that async context names there. */
  readonly current: string;
}

/** The four verbs, as a client and the metrics see them. */
export const lifecycleCases: readonly Case[] = [
  {
    id: "L-01",
    title: "a request passes untouched and is counted once, under its route's template",
    async run({ shared }) {
      const fixture = await shared();
      const before = await fixture.settled();
      const { status, body } = await fixture.send({ path: "/ok" });
      expect({ status, body }).toEqual({ status: 200, body: "ok" });
      const after = await fixture.settled();
      expect(counted(before, after)).toMatchObject({ status: { "200": 1 }, panics: 0 });
      expect(after.metrics.requests.map(({ route }) => route)).toContain("/ok");
    },
  },
  {
    id: "L-02",
    title: "the context has the caller's request id and trace, and the route's template",
    async run({ shared }) {
      const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
      const headers = { "x-request-id": "order:7_a.b-c", traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
      const { body } = await (await shared()).send({ path: "/items/7?q=1", headers });
      const expected = { id: "7", route: "/items/:id", requestId: "order:7_a.b-c", traceId, current: "order:7_a.b-c" };
      expect(JSON.parse(body)).toEqual(expected);
    },
  },
  {
    id: "L-03",
    title: "without them, id and trace are made, and differ between requests",
    async run({ shared }) {
      const fixture = await shared();
      const items = await Promise.all(
        ["/items/1", "/items/2"].map(async (path) => JSON.parse((await fixture.send({ path })).body) as Item),
      );
      expect(new Set(items.map(({ requestId }) => requestId)).size).toBe(2);
      for (const { traceId, requestId, current } of items) {
        expect(traceId).toMatch(/^[0-9a-f]{32}$/);
        expect(current).toBe(requestId);
      }
    },
  },
  {
    id: "L-04",
    title: "the framework's own 404 passes untouched and is counted as unmatched",
    async run({ shared }) {
      const fixture = await shared();
      const before = await fixture.settled();
      const { status, body, headers } = await fixture.send({ path: "/no/such/route" });
      expect(status).toBe(404);
      expect(headers["content-type"] ?? "").not.toContain("problem+json");
      expect(body).not.toContain("SOP_");
      const after = await fixture.settled();
      expect(counted(before, after)).toMatchObject({ status: { "404": 1 }, panics: 0 });
      expect(after.metrics.requests).toContainEqual(expect.objectContaining({ route: "unmatched", status: "404" }));
    },
  },
  {
    id: "L-05",
    title: "the framework's own HTTP error below 500 passes untouched and is no panic",
    async run({ shared }) {
      const fixture = await shared();
      const before = await fixture.settled();
      const { status, body } = await fixture.send({ path: "/client-error" });
      expect(status).toBe(409);
      expect(body).toContain("the item is taken");
      expect(counted(before, await fixture.settled())).toMatchObject({ status: { "409": 1 }, panics: 0 });
    },
  },
  {
    id: "L-06",
    title: "a deadline that passes is answered with 504 and counted as deadline_exceeded",
    async run({ fresh }) {
      const fixture = await fresh({ deadline: { default: "100ms" } });
      const before = await fixture.settled();
      expectProblem(await fixture.send({ path: "/hang" }), 504, "SOP_DEADLINE");
      const after = counted(before, await fixture.settled());
      expect(after).toMatchObject({ status: { "504": 1 }, deadlineExceeded: 1, canceled: 0, panics: 0 });
    },
  },
  {
    id: "L-07",
    title: "the caller's deadline is kept: grpc-timeout and x-envoy-expected-rq-timeout-ms, the shortest wins",
    async run({ shared }) {
      const fixture = await shared();
      for (const headers of [
        { "grpc-timeout": "80m" },
        { "grpc-timeout": "9H", "x-envoy-expected-rq-timeout-ms": "80" },
      ]) {
        expectProblem(await fixture.send({ path: "/hang", headers }), 504, "SOP_DEADLINE");
      }
    },
  },
  {
    id: "L-08",
    title: "a client that leaves is counted as canceled, with status 499",
    async run({ shared }) {
      const fixture = await shared();
      const before = await fixture.settled();
      const connection = await RawConnection.open(fixture.port);
      connection.send(encode({ path: "/hang" }));
      await fixture.stateWhen(({ requests }) => requests === 2);
      connection.close();
      const after = counted(before, await fixture.settled());
      expect(after).toMatchObject({ status: { "499": 1 }, canceled: 1, deadlineExceeded: 0, panics: 0 });
    },
  },
  {
    id: "L-09",
    title: "a streamed answer passes chunk by chunk",
    async run({ shared }) {
      const { status, body, complete } = await (await shared()).send({ path: "/stream-ok" });
      expect({ status, complete }).toEqual({ status: 200, complete: true });
      expect(body).toBe("chunk 0\nchunk 1\nchunk 2\nchunk 3\nchunk 4\n");
    },
  },
  {
    id: "L-10",
    title: "a flag that is off sends a degradable function to its fallback",
    async run({ shared, fresh }) {
      expect((await (await shared()).send({ path: "/degradable" })).body).toBe("primary");
      const degraded = await fresh({ flags: { feature: false } });
      expect((await degraded.send({ path: "/degradable" })).body).toBe("fallback");
    },
  },
  {
    id: "L-11",
    title: "a panic opens one incident, and later ones join it",
    async run({ fresh }) {
      const fixture = await fresh();
      await fixture.send({ path: "/throw/error" });
      await fixture.send({ path: "/throw/string" });
      const { incident, metrics } = await fixture.settled();
      expect(incident?.triggers).toEqual(["panic", "panic"]);
      expect(metrics.incidents).toEqual({ panic: 1 });
    },
  },
  {
    id: "L-12",
    title: "a named middleware's panic is counted under its name",
    async run({ shared }) {
      const fixture = await shared();
      const before = await fixture.settled();
      await fixture.send({ path: "/named" });
      expect(counted(before, await fixture.settled()).panicNames).toEqual({ "rate-limit": 1 });
    },
  },
];
