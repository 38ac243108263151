import { expect } from "vitest";
import type { Case } from "../case.js";
import { RawConnection } from "../wire/connection.js";
import { encode } from "../wire/request.js";
import { expectProblem } from "./expect.js";

/** The end of a process: on purpose, and by an error that nobody caught. */
export const drainCases: readonly Case[] = [
  {
    id: "D-01",
    title: "a drain lets what is in flight finish and refuses what is new with 503 and Connection: close",
    async run({ fresh }) {
      const fixture = await fresh();
      const running = await RawConnection.open(fixture.port);
      const idle = await RawConnection.open(fixture.port);
      running.send(encode({ path: "/slow/200" }));
      await fixture.stateWhen(({ requests }) => requests === 2);
      expect((await fixture.send({ method: "POST", path: "/drain" })).status).toBe(202);
      idle.send(encode({ path: "/ok" }));
      const refused = await idle.response();
      expectProblem(refused, 503, "SOP_DRAINING");
      expect(refused.headers["connection"]).toBe("close");
      await idle.closed;
      expect((await running.response()).body).toBe("slow");
      running.close();
    },
  },
  {
    id: "D-02",
    title: "after a crash the process refuses what is new while the others finish, then exits with 1",
    async run({ fresh }) {
      const fixture = await fresh();
      const running = await RawConnection.open(fixture.port);
      const late = await RawConnection.open(fixture.port);
      running.send(encode({ path: "/slow/300" }));
      await fixture.stateWhen(({ requests }) => requests === 2);
      expectProblem(await fixture.send({ path: "/timer" }), 503, "SOP_PANIC");
      late.send(encode({ path: "/ok" }));
      expectProblem(await late.response(), 503, "SOP_DRAINING");
      expect((await running.response()).body).toBe("slow");
      expect(await fixture.exited).toEqual({ code: 1, signal: null });
    },
  },
  {
    id: "D-03",
    title: "a request that outlives the drain's limit is told so instead of being reset",
    async run({ fresh }) {
      const fixture = await fresh({ drain: { limit: "100ms" } });
      const hanging = await RawConnection.open(fixture.port);
      hanging.send(encode({ path: "/hang" }));
      await fixture.stateWhen(({ requests }) => requests === 2);
      expectProblem(await fixture.send({ path: "/timer" }), 503, "SOP_PANIC");
      expectProblem(await hanging.response(), 503, "SOP_DRAINING");
      expect(await fixture.exited).toEqual({ code: 1, signal: null });
    },
  },
  {
    id: "D-04",
    title: "with the policy exit the process leaves at once",
    async run({ fresh }) {
      const fixture = await fresh({ onCrash: "exit" });
      const hanging = await RawConnection.open(fixture.port);
      hanging.send(encode({ path: "/hang" }));
      await fixture.stateWhen(({ requests }) => requests === 2);
      await fixture.send({ path: "/timer" }).catch(() => undefined);
      await expect(hanging.response()).rejects.toThrow("closed without a response");
      expect(await fixture.exited).toEqual({ code: 1, signal: null });
    },
  },
];
