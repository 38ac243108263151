import { expect } from "vitest";
import type { Case } from "../case.js";
import type { Item } from "./lifecycle-cases.js";

const MALFORMED: readonly (readonly [string, string])[] = [
  ["traceparent", "not a trace"],
  ["traceparent", "00-00000000000000000000000000000000-00f067aa0ba902b7-01"],
  ["traceparent", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"],
  ["traceparent", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
  ["traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"],
  ["x-request-id", ""],
  ["x-request-id", "two words"],
  ["x-request-id", "x".repeat(129)],
  ["x-request-id", '"><script>'],
  ["grpc-timeout", "soon"],
  ["grpc-timeout", "-5S"],
  ["grpc-timeout", "123456789S"],
  ["grpc-timeout", "5"],
  ["x-envoy-expected-rq-timeout-ms", "NaN"],
  ["x-envoy-expected-rq-timeout-ms", "-1"],
];

/** What comes from the outside and is wrong. */
export const badInputCases: readonly Case[] = [
  {
    id: "B-01",
    title:
      "malformed traceparent, request id and timeouts are ignored: new ones are made, and the client sees no error",
    async run({ shared }) {
      const fixture = await shared();
      for (const [name, value] of MALFORMED) {
        const { status, body } = await fixture.send({ path: "/items/1", headers: { [name]: value } });
        expect(status, `${name}: ${value}`).toBe(200);
        const { requestId, traceId } = JSON.parse(body) as Item;
        expect(requestId).toMatch(/^[A-Za-z0-9._:-]{1,128}$/);
        expect(requestId).not.toBe(value);
        expect(traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
        expect(traceId).not.toBe("4bf92f3577b34da6a3ce929d0e0e4736");
      }
    },
  },
  {
    id: "B-02",
    title: "paths from the outside make no series of their own",
    async run({ fresh }) {
      const fixture = await fresh();
      const before = (await fixture.settled()).metrics.requests.length;
      for (let i = 0; i < 50; i++) await fixture.send({ path: `/scan/${i}` });
      for (let i = 0; i < 50; i++) await fixture.send({ path: `/items/${i}` });
      const after = (await fixture.settled()).metrics.requests.length;
      expect(after - before).toBeLessThanOrEqual(3);
    },
  },
  {
    id: "B-03",
    title: "options that are wrong end the start, and name path, value and what is allowed",
    async run({ fresh }) {
      const start = fresh({ deadline: { default: "soon" }, drain: { limit: -1 } });
      await expect(start).rejects.toThrow(
        /SOP_ERR_OPTION[\s\S]*deadline\.default[\s\S]*soon[\s\S]*drain\.limit[\s\S]*-1/,
      );
    },
  },
  {
    id: "B-04",
    title: "a request that Node's parser refuses is answered by Node, and harms nobody",
    async run({ shared }) {
      const fixture = await shared();
      const refused = await fixture.send({ path: "/ok", headers: { "content-length": "many" } });
      expect(refused.status).toBe(400);
      expect((await fixture.send({ path: "/ok" })).body).toBe("ok");
    },
  },
];
