import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { Watched } from "./process.ts";

/** Requests that are answered at once, ten a second, until it is told to end. */
function traffic(service: Watched, path = "/fine"): { end(): Promise<void> } {
  let isOn = true;
  const done = (async () => {
    while (isOn) {
      await service.ask(path).catch(() => {});
      await sleep(100);
    }
  })();
  return {
    async end() {
      isOn = false;
      await done;
    },
  };
}

it("opens an incident for requests that are stuck, keeps it while they are, and lets it close when they are not", async () => {
  const service = await Watched.start({ incidents: { quiet: "3s" } });
  const before = traffic(service, "/stuck");
  await sleep(4_000);
  expect(service.onDisk()).toEqual([]);
  await before.end();

  service.child.send({ hold: true });
  await service.turn("ticks");
  const stuck = Array.from({ length: 20 }, () => service.ask("/stuck"));
  for (const one of stuck) one.catch(() => {});
  const { incident, diagnosis } = await service.found();
  expect(incident.trigger.kind).toBe(`sensor: ${diagnosis.root_cause}`);
  expect(diagnosis.root_cause).toBe("deadlock");
  const { id } = incident;
  // Longer than it stays open by itself.
  await sleep(4_000);
  expect(await service.openIncident()).toMatchObject({ id });

  service.child.send({ release: true });
  expect(await Promise.all(stuck)).toEqual(stuck.map(() => "released"));
  const after = traffic(service);
  const closed = await service.found((found) => found.incident.id === id && found.incident.state === "closed");
  expect(closed.incident.triggers.filter(({ kind }) => kind === "sensor: deadlock").length).toBe(1);
  await after.end();
  expect(service.onDisk().length).toBe(1);
}, 120_000);

it("opens none for a service that is well, whose requests are held on purpose while others are answered", async () => {
  const service = await Watched.start();
  const answered = traffic(service);
  await sleep(3_000);
  const held = Array.from({ length: 20 }, () => service.ask("/held"));
  await Promise.all(held);
  await answered.end();
  expect(service.onDisk()).toEqual([]);
}, 60_000);
