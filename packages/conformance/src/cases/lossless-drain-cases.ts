import { expect } from "vitest";
import type { Case } from "../case.js";
import type { Fixture } from "../fixture/fixture.js";
import { RawConnection } from "../wire/connection.js";
import { encode } from "../wire/request.js";
import { clients } from "./clients.js";
import { expectProblem } from "./expect.js";

/** The end of a process that knows its connections: nothing is lost on the way out. */
export const losslessDrainCases: readonly Case[] = [
  {
    id: "D-05",
    title: "a planned drain serves as before for drain.wait, new connections too, and then lets no connection in",
    async run({ lossless }) {
      const fixture = await lossless({ drain: { wait: "400ms" } });
      const idle = await RawConnection.open(fixture.port);
      fixture.signal("SIGTERM");
      await fixture.stateWhen(({ state }) => state === "draining");
      idle.send(encode({ path: "/ok" }));
      const served = await idle.response();
      expect([served.status, served.headers["connection"]]).not.toContain("close");
      expect((await fixture.send({ path: "/ok" })).status).toBe(200);
      await shut(fixture);
      expect(await fixture.exited).toEqual({ code: 0, signal: null });
    },
  },
  {
    id: "D-06",
    title: "a request over a connection that was open is served in a planned drain, with Connection: close",
    async run({ lossless }) {
      const fixture = await lossless();
      const used = await RawConnection.open(fixture.port);
      used.send(encode({ path: "/ok" }));
      expect((await used.response()).headers["connection"]).not.toBe("close");
      const unused = await RawConnection.open(fixture.port);
      fixture.signal("SIGTERM");
      await shut(fixture);
      for (const connection of [used, unused]) {
        connection.send(encode({ path: "/ok" }));
        const { status, body, headers } = await connection.response();
        expect([status, body, headers["connection"]]).toEqual([200, "ok", "close"]);
        await connection.closed;
      }
      expect(await fixture.exited).toEqual({ code: 0, signal: null });
    },
  },
  {
    id: "D-07",
    title:
      "what is in flight when a drain begins arrives whole, with Connection: close where its head was not yet sent",
    async run({ lossless }) {
      const fixture = await lossless();
      const slow = await RawConnection.open(fixture.port);
      const upload = await RawConnection.open(fixture.port);
      slow.send(encode({ path: "/slow/900" }));
      const [head = "", body = ""] = encode({ method: "POST", path: "/upload", body: "0123456789" }).split("\r\n\r\n");
      upload.send(`${head}\r\n\r\n${body.slice(0, 5)}`);
      await fixture.stateWhen(({ requests }) => requests === 3);
      fixture.signal("SIGTERM");
      await shut(fixture);
      upload.send(body.slice(5));
      expect(JSON.parse((await upload.response()).body)).toEqual({ bytes: 10 });
      const answer = await slow.response();
      expect([answer.body, answer.complete, answer.headers["connection"]]).toEqual(["slow", true, "close"]);
      expect(await fixture.exited).toEqual({ code: 0, signal: null });
    },
  },
  {
    id: "D-08",
    title: "WebSockets are closed with 1012 in a planned drain",
    async run({ lossless }) {
      const fixture = await lossless();
      const socket = await upgraded(fixture);
      fixture.signal("SIGTERM");
      await socket.until("\x88\x02\x03\xf4");
      socket.close();
      expect(await fixture.exited).toEqual({ code: 0, signal: null });
    },
  },
  {
    id: "D-09",
    title: "a second signal ends the process at once, with 128 and its number",
    async run({ lossless }) {
      const fixture = await lossless();
      const hanging = await RawConnection.open(fixture.port);
      hanging.send(encode({ path: "/hang" }));
      await fixture.stateWhen(({ requests }) => requests === 2);
      fixture.signal("SIGTERM");
      await shut(fixture);
      fixture.signal("SIGINT");
      expect(await fixture.exited).toEqual({ code: 130, signal: null });
    },
  },
  {
    id: "D-10",
    title: "after a crash what is new is refused, WebSockets are closed with 1001, and the exit code is 1",
    async run({ lossless }) {
      const fixture = await lossless();
      const socket = await upgraded(fixture);
      const running = await RawConnection.open(fixture.port);
      const late = await RawConnection.open(fixture.port);
      running.send(encode({ path: "/slow/300" }));
      await fixture.stateWhen(({ requests }) => requests === 2);
      const crashing = await RawConnection.open(fixture.port);
      crashing.send(encode({ path: "/timer" }));
      expectProblem(await crashing.response(), 503, "SOP_PANIC");
      late.send(encode({ path: "/ok" }));
      expectProblem(await late.response(), 503, "SOP_DRAINING");
      await socket.until("\x88\x02\x03\xe9");
      socket.close();
      expect((await running.response()).body).toBe("slow");
      expect(await fixture.exited).toEqual({ code: 1, signal: null });
    },
  },
  {
    id: "D-11",
    title: "a request that outlives the limit of a planned drain is told so, and the process ends",
    async run({ lossless }) {
      const fixture = await lossless({ drain: { limit: "500ms" } });
      const hanging = await RawConnection.open(fixture.port);
      hanging.send(encode({ path: "/hang" }));
      await fixture.stateWhen(({ requests }) => requests === 2);
      fixture.signal("SIGTERM");
      expectProblem(await hanging.response(), 503, "SOP_DRAINING");
      expect(await fixture.exited).toEqual({ code: 0, signal: null });
    },
  },
  {
    id: "D-12",
    title: "a drain under the load of 50 clients loses no request",
    async run({ lossless }) {
      const fixture = await lossless({ drain: { wait: "200ms" } });
      const load = clients(fixture, 50);
      await load.answered(500);
      fixture.signal("SIGTERM");
      const { lost, refused } = await load.ended;
      expect({ lost, refused }).toEqual({ lost: 0, refused: 0 });
      expect(await fixture.exited).toEqual({ code: 0, signal: null });
    },
  },
];

/** Resolves when no new connection is taken any more. */
async function shut(fixture: Fixture): Promise<void> {
  for (;;) {
    const probe = await RawConnection.open(fixture.port).catch(() => undefined);
    if (probe === undefined) return;
    probe.close();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function upgraded(fixture: Fixture): Promise<RawConnection> {
  const socket = await RawConnection.open(fixture.port);
  socket.send(encode({ path: "/ok", headers: { connection: "Upgrade", upgrade: "websocket" } }));
  await socket.until("101 Switching Protocols");
  return socket;
}
