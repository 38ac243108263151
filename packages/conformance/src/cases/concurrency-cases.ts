import { expect } from "vitest";
import type { Bench, Case } from "../case.js";
import type { Fixture } from "../fixture/fixture.js";
import { counted } from "../fixture/state.js";
import { PANICS } from "../panics.js";
import { RawConnection } from "../wire/connection.js";
import { encode } from "../wire/request.js";
import { expectCut } from "./expect.js";
import type { Item } from "./lifecycle-cases.js";

const MANY = 10_000;

/** How many connections are opened at a time: a listener's queue is not endless. */
const AT_ONCE = 200;

/** All ten thousand are in flight at one moment: they wait behind a gate that opens when the last one has come. */
export const concurrencyCases: readonly Case[] = [
  {
    id: "C-01",
    title: "10,000 requests at once, each with a context of its own",
    async run({ fresh }) {
      const fixture = await fresh();
      const waiting = await crowd(fixture, MANY);
      await fixture.stateWhen(({ requests }) => requests === MANY + 1);
      await fixture.send({ method: "POST", path: "/gate" });
      for (const [index, connection] of waiting.entries()) await expectOwn(connection, index);
    },
  },
  {
    id: "C-02",
    title:
      "10,000 at once, 1 % of them failing in every way of the panic table: all answered, none mixed up, counts exact",
    async run(bench) {
      const fixture = await bench.fresh({ onCrash: "continue" });
      const before = await fixture.settled();
      const failing = failures(bench, MANY / 100);
      const waiting = await crowd(fixture, MANY - failing.length);
      await fixture.stateWhen(({ requests }) => requests === waiting.length + 1);
      for (const { request, answer, status } of failing) {
        const connection = await RawConnection.open(fixture.port);
        connection.send(encode(request));
        if (answer === "cut") await expectCut(connection);
        else expect((await connection.response()).status, request.path).toBe(status);
        connection.close();
      }
      await fixture.send({ method: "POST", path: "/gate" });
      for (const [index, connection] of waiting.entries()) await expectOwn(connection, index);
      const expected = sums(failing, waiting.length + 1);
      await fixture.stateWhen((state) => counted(before, state).panics === expected.panics);
      expect(counted(before, await fixture.settled())).toMatchObject(expected);
    },
  },
];

/** Connections that wait for their answer behind the gate. */
async function crowd({ port }: Fixture, size: number): Promise<RawConnection[]> {
  const connections: RawConnection[] = [];
  while (connections.length < size) {
    const next = Math.min(AT_ONCE, size - connections.length);
    connections.push(...(await Promise.all(Array.from({ length: next }, () => RawConnection.open(port)))));
  }
  for (const [index, connection] of connections.entries()) {
    connection.send(encode({ path: `/gate/${index}`, headers: { "x-request-id": `request-${index}` } }));
  }
  return connections;
}

async function expectOwn(connection: RawConnection, index: number): Promise<void> {
  const { status, body } = await connection.response();
  const id = `request-${index}`;
  if (status !== 200) throw new Error(`${id} was answered with ${status}: ${body}`);
  const item = JSON.parse(body) as Item;
  expect(item).toMatchObject({ id: String(index), requestId: id, current: id, route: "/gate/:id" });
  connection.close();
}

/** Every way to fail that a process can outlive, in turn. */
function failures({ deviations }: Bench, size: number): (typeof PANICS)[number][] {
  const ways = PANICS.map((row) => ({ ...row, ...deviations[row.id] })).filter(({ outcome }) => outcome !== "dies");
  return Array.from({ length: size }, (_, index) => ways[index % ways.length] as (typeof ways)[number]);
}

function sums(failing: readonly (typeof PANICS)[number][], others: number): { status: object; panics: number } {
  const status: Record<string, number> = { "200": others };
  for (const row of failing) status[String(row.status)] = (status[String(row.status)] ?? 0) + 1;
  return { status, panics: failing.reduce((sum, row) => sum + row.panics, 0) };
}
