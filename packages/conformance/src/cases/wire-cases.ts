import { expect } from "vitest";
import type { Case } from "../case.js";
import { counted } from "../fixture/state.js";
import { RawConnection } from "../wire/connection.js";
import { encode } from "../wire/request.js";
import { expectProblem } from "./expect.js";

/** What only a client that writes bytes can see. */
export const wireCases: readonly Case[] = [
  {
    id: "W-01",
    title: "a connection is reused after a 503",
    async run({ shared }) {
      const connection = await RawConnection.open((await shared()).port);
      connection.send(encode({ path: "/throw/error" }));
      expectProblem(await connection.response(), 503, "SOP_PANIC");
      connection.send(encode({ path: "/ok" }));
      expect((await connection.response()).body).toBe("ok");
      connection.close();
    },
  },
  {
    id: "W-02",
    title: "pipelined requests are answered in their order, a panic among them",
    async run({ shared }) {
      const connection = await RawConnection.open((await shared()).port);
      const paths = ["/items/1", "/throw/error", "/items/2", "/reject", "/ok"];
      connection.send(paths.map((path) => encode({ path })).join(""));
      const statuses: number[] = [];
      for (const _ of paths) statuses.push((await connection.response()).status);
      expect(statuses).toEqual([200, 503, 200, 503, 200]);
      connection.close();
    },
  },
  {
    id: "W-03",
    title: "HEAD has the head of the answer and no body, for a panic too",
    async run({ shared }) {
      const connection = await RawConnection.open((await shared()).port);
      connection.send(encode({ method: "HEAD", path: "/throw/error" }));
      const panic = await connection.response({ head: true });
      expect(panic.status).toBe(503);
      expect(panic.headers["content-type"]).toBe("application/problem+json");
      connection.send(encode({ method: "HEAD", path: "/ok" }));
      expect((await connection.response({ head: true })).status).toBe(200);
      // Were there a body, it would stand before the next answer.
      connection.send(encode({ path: "/ok" }));
      expect((await connection.response()).body).toBe("ok");
      connection.close();
    },
  },
  {
    id: "W-04",
    title: "Expect: 100-continue is answered before the body is sent",
    async run({ shared }) {
      const connection = await RawConnection.open((await shared()).port);
      const headers = { expect: "100-continue", "content-length": "3", "content-type": "application/octet-stream" };
      connection.send(encode({ method: "POST", path: "/upload", headers }));
      expect((await connection.response()).status).toBe(100);
      connection.send("abc");
      const { status, body } = await connection.response();
      expect({ status, body: JSON.parse(body) }).toEqual({ status: 200, body: { bytes: 3 } });
      connection.close();
    },
  },
  {
    id: "W-05",
    title: "a chunked upload that is cut in the middle is counted as canceled, and harms nobody",
    async run({ shared }) {
      const fixture = await shared();
      const before = await fixture.settled();
      const connection = await RawConnection.open(fixture.port);
      const headers = { "transfer-encoding": "chunked", "content-type": "application/octet-stream" };
      connection.send(encode({ method: "POST", path: "/upload", headers }));
      connection.send("400\r\nonly the beginning of a chunk");
      await fixture.stateWhen(({ requests }) => requests === 2);
      connection.reset();
      const after = counted(before, await fixture.settled());
      expect(after).toMatchObject({ status: { "499": 1 }, canceled: 1, panics: 0 });
      expect((await fixture.send({ path: "/ok" })).body).toBe("ok");
    },
  },
  {
    id: "W-06",
    // Node's server takes a half-close for a farewell (`httpAllowHalfOpen` is off): so does SOP.
    title: "a client that closes its own half before the answer is counted as canceled",
    async run({ shared }) {
      const fixture = await shared();
      const before = await fixture.settled();
      const connection = await RawConnection.open(fixture.port);
      connection.send(encode({ path: "/hang" }));
      await fixture.stateWhen(({ requests }) => requests === 2);
      connection.halfClose();
      await connection.closed;
      const after = counted(before, await fixture.settled());
      expect(after).toMatchObject({ status: { "499": 1 }, canceled: 1, panics: 0 });
    },
  },
  {
    id: "W-07",
    title: "a reset while the answer is streamed harms nobody",
    async run({ shared }) {
      const fixture = await shared();
      const connection = await RawConnection.open(fixture.port);
      connection.send(encode({ path: "/stream-ok" }));
      await connection.until("chunk 0");
      connection.reset();
      expect((await fixture.settled()).state).toBe("serving");
      expect((await fixture.send({ path: "/ok" })).body).toBe("ok");
    },
  },
  {
    id: "W-08",
    title: "an upgrade to WebSocket is left alone",
    async run({ shared }) {
      const fixture = await shared();
      const before = await fixture.settled();
      const connection = await RawConnection.open(fixture.port);
      const headers = {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      };
      connection.send(encode({ path: "/socket", headers }));
      expect((await connection.response()).status).toBe(101);
      connection.send("echo of the bytes");
      await connection.until("echo of the bytes");
      expect(counted(before, await fixture.settled()).status).toEqual({});
      connection.close();
    },
  },
  {
    id: "W-09",
    title: "an upload sent in many chunks arrives whole",
    async run({ shared }) {
      const connection = await RawConnection.open((await shared()).port);
      const headers = { "transfer-encoding": "chunked", "content-type": "application/octet-stream" };
      connection.send(encode({ method: "POST", path: "/upload", headers }));
      const chunk = `1000\r\n${"x".repeat(0x1000)}\r\n`;
      for (let i = 0; i < 64; i++) connection.send(chunk);
      connection.send("0\r\n\r\n");
      expect(JSON.parse((await connection.response()).body)).toEqual({ bytes: 64 * 0x1000 });
      connection.close();
    },
  },
  {
    id: "W-10",
    title: "a client of HTTP/1.0 gets its 503 and its connection closed",
    async run({ shared }) {
      const connection = await RawConnection.open((await shared()).port);
      connection.send("GET /throw/error HTTP/1.0\r\n\r\n");
      expectProblem(await connection.response(), 503, "SOP_PANIC");
      await connection.closed;
    },
  },
];
