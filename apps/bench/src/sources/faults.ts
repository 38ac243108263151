import { setTimeout } from "node:timers/promises";
import { base64, type EtcdStore, logIn, requireLogin } from "../../../../packages/node/test/sources/etcd-store.ts";
import type { Place, Store } from "../../../../packages/node/test/sources/store.ts";
import { both } from "./latency.ts";
import { PacedLoad } from "./pace.ts";
import type { Measured } from "./places.ts";
import { now, Serving } from "./serving.ts";

/** What a fault did to a service. */
export interface FaultRow {
  readonly fault: string;
  /** Milliseconds until the source was STALE, where it must be; until it was READY again. */
  readonly stale: number | undefined;
  readonly ready: number | undefined;
  readonly sent: number;
  readonly failed: number;
  /** Whether the last change made is in force in the end. */
  readonly isComplete: boolean;
}

interface Scene {
  readonly place: Place;
  readonly serving: Serving;
  /** Makes a change that must be in force in the end. */
  change(): Promise<void>;
}

interface Times {
  readonly stale?: number;
  readonly ready?: number;
}

type Fault = (scene: Scene, partition: number) => Promise<Times>;

const killed: Fault = async ({ place, serving, change }) => {
  const { server } = place as Store;
  const at = now();
  await server.kill();
  const stale = (await serving.state("STALE", at)) - at;
  await server.start();
  const back = now();
  await change();
  return { stale, ready: (await serving.state("READY", back)) - back };
};

const partition: Fault = async ({ place, serving, change }, seconds) => {
  const { server } = place as Store;
  const at = now();
  server.pause();
  const stale = (await serving.state("STALE", at)) - at;
  await setTimeout(Math.max(0, seconds * 1_000 - stale));
  server.resume();
  const back = now();
  await change();
  return { stale, ready: (await serving.state("READY", back)) - back };
};

const corrupted: Fault = async ({ place, change }) => {
  await place.corrupt("spare");
  await setTimeout(500);
  await place.set({ spare: true });
  await change();
  return {};
};

const compacted: Fault = async ({ place, serving, change }) => {
  const { server, ask } = place as EtcdStore;
  const at = now();
  await server.kill();
  const stale = (await serving.state("STALE", at)) - at;
  await server.start();
  const back = now();
  await change();
  const { header } = (await ask("/v3/kv/range", { key: base64("x") })) as { header: { revision: string } };
  await ask("/v3/kv/compaction", { revision: header.revision, physical: true });
  return { stale, ready: (await serving.state("READY", back)) - back };
};

const revoked: Fault = async ({ place, serving, change }) => {
  const store = place as EtcdStore;
  const at = now();
  await store.ask("/v3/auth/user/changepw", { name: "shop", password: "another" });
  const stale = (await serving.state("STALE", at)) - at;
  await store.ask("/v3/auth/user/changepw", { name: "shop", password: "hunter2" });
  const back = now();
  await change();
  return { stale, ready: (await serving.state("READY", back)) - back };
};

const expired: Fault = async ({ place, serving, change }) => {
  const store = place as EtcdStore;
  const at = now();
  await store.server.kill();
  const stale = (await serving.state("STALE", at)) - at;
  await store.server.start();
  const back = now();
  await logIn(store);
  await change();
  return { stale, ready: (await serving.state("READY", back)) - back };
};

const FAULTS: readonly { name: string; fault: Fault; only?: (place: string) => boolean; login?: boolean }[] = [
  { name: "server killed and started again", fault: killed, only: (place) => place !== "file" },
  { name: "nothing gets through", fault: partition, only: (place) => place !== "file" },
  { name: "a value is corrupted", fault: corrupted },
  { name: "compaction while away", fault: compacted, only: (place) => place === "etcd" },
  { name: "password revoked, then restored", fault: revoked, only: (place) => place === "etcd", login: true },
  { name: "token worthless after a restart", fault: expired, only: (place) => place === "etcd", login: true },
];

/** Does each fault to a place while a service that follows it answers `rate` requests a second. */
export async function faults(measured: Measured, rate: number, seconds: number): Promise<FaultRow[]> {
  const rows: FaultRow[] = [];
  for (const { name, fault, only, login } of FAULTS) {
    if (only && !only(measured.name)) continue;
    const place = await measured.open();
    await place.set(both(0));
    if (login) await requireLogin(place as EtcdStore, "hunter2");
    const options = login ? { user: "shop", password: "hunter2" } : {};
    const serving = new Serving(place, { ...measured, options });
    let last = 0;
    const change = (): Promise<void> => place.set(both(++last));
    try {
      const load = new PacedLoad(await serving.port(), rate);
      await serving.state("READY", 0);
      const { stale, ready } = await fault({ place, serving, change }, seconds);
      const isComplete = await serving.decided(last, 5_000).then(
        () => true,
        () => false,
      );
      rows.push({ fault: name, stale, ready, isComplete, ...(await load.stop()) });
    } finally {
      serving.stop();
      await place.close();
    }
  }
  return rows;
}
