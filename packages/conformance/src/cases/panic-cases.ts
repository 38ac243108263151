import { expect } from "vitest";
import type { Bench, Case } from "../case.js";
import type { Fixture } from "../fixture/fixture.js";
import { counted } from "../fixture/state.js";
import { PANICS, type PanicRow } from "../panics.js";
import { RawConnection } from "../wire/connection.js";
import { encode } from "../wire/request.js";
import { expectCut, expectProblem, expectSilent } from "./expect.js";

/** For each line of the panic table: what the client gets, what is counted, and what becomes of the process. */
export const panicCases: readonly Case[] = PANICS.map((row) => ({
  id: row.id,
  title: row.failure,
  run: async (bench) => {
    const promised = { ...row, ...bench.deviations[row.id] };
    if (promised.outcome === "dies") return dies(bench, promised);
    // With `continue` every failure can be counted, for the process can still be asked afterwards.
    const counting = await (promised.outcome === "drains" ? bench.fresh({ onCrash: "continue" }) : bench.shared());
    await counts(counting, promised);
    if (promised.outcome === "drains") await drains(await bench.fresh(), promised);
  },
}));

async function counts(fixture: Fixture, row: PanicRow): Promise<void> {
  const before = await fixture.settled();
  const neighbour = fixture.send({ path: "/slow/30" });
  await answered(fixture, row);
  expect((await neighbour).status).toBe(200);
  await fixture.stateWhen((state) => counted(before, state).panics === row.panics);
  const { status, panics } = counted(before, await fixture.settled());
  expect(panics).toBe(row.panics);
  const own = row.status === 200 ? {} : { [String(row.status)]: 1 };
  expect(status).toEqual({ "200": row.status === 200 ? 2 : 1, ...own });
  expect((await fixture.send({ path: "/ok" })).body).toBe("ok");
}

async function drains(fixture: Fixture, row: PanicRow): Promise<void> {
  const neighbour = await RawConnection.open(fixture.port);
  neighbour.send(encode({ path: "/slow/300" }));
  await fixture.stateWhen(({ requests }) => requests === 2);
  await answered(fixture, row);
  const finished = await neighbour.response();
  expect({ status: finished.status, body: finished.body }).toEqual({ status: 200, body: "slow" });
  neighbour.close();
  expect(await fixture.exited).toEqual({ code: 1, signal: null });
}

async function dies(bench: Bench, row: PanicRow): Promise<void> {
  const fixture = await bench.fresh({}, ["--max-old-space-size=48"]);
  const neighbour = await RawConnection.open(fixture.port);
  neighbour.send(encode({ path: "/hang" }));
  await fixture.stateWhen(({ requests }) => requests === 2);
  await expect(fixture.send(row.request)).rejects.toThrow("closed without a response");
  await expect(neighbour.response()).rejects.toThrow("closed without a response");
  const { code, signal } = await fixture.exited;
  expect(signal ?? code).not.toBe(0);
}

async function answered(fixture: Fixture, { request, answer, status }: PanicRow): Promise<void> {
  const connection = await RawConnection.open(fixture.port);
  connection.send(encode(request));
  if (answer === "cut") {
    await expectCut(connection);
    return;
  }
  const response = await connection.response();
  expectSilent(response);
  if (answer === "503") expectProblem(response, 503, "SOP_PANIC");
  else expect({ status: response.status, complete: response.complete }).toEqual({ status, complete: true });
  connection.close();
}
