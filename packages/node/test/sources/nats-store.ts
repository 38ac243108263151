import { type KV, Kvm } from "@nats-io/kv";
import { connect } from "@nats-io/transport-node";
import { natsSource } from "@sop/node/sources/nats";
import { own } from "./own-directory.ts";
import { freePort, ServerProcess } from "./server-process.ts";
import type { Store } from "./store.ts";

const BUCKET = "flags";

/** A bucket of a NATS of its own. */
export interface NatsStore extends Store {
  /** Does anything with the bucket. */
  using<T>(use: (kv: KV) => Promise<T>): Promise<T>;
}

export async function openNatsStore(): Promise<NatsStore> {
  const { dir, remove } = own("nats");
  const port = await freePort();
  const servers = `127.0.0.1:${port}`;
  const server = new ServerProcess(port, "nats-server", ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", dir]);
  await server.start();
  const using: NatsStore["using"] = async (use) => {
    const connection = await connect({ servers, reconnect: false });
    try {
      return await use(await new Kvm(connection).create(BUCKET));
    } finally {
      // Not waited for: what was asked for is acknowledged.
      void connection.close();
    }
  };
  await using(async () => {});
  return {
    server,
    using,
    set: (flags) =>
      using(async (kv) => {
        for (const [flag, value] of Object.entries(flags)) await kv.put(flag, JSON.stringify(value));
      }),
    remove: (flag) => using((kv) => kv.delete(flag)),
    corrupt: (flag) =>
      using(async (kv) => {
        await kv.put(flag, new Uint8Array([0xff, 0xfe]));
      }),
    named: { nats: { servers, bucket: BUCKET } },
    source: (options) => natsSource({ servers, bucket: BUCKET, ...options }),
    async close() {
      await server.kill();
      remove();
    },
  };
}
