import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { httpSource } from "@sop/node/sources/http";
import { send } from "./send.ts";
import { freePort, ServerProcess } from "./server-process.ts";
import type { Store } from "./store.ts";

/** A document behind an HTTP server. */
export async function openHttpStore(): Promise<Store> {
  const dir = await mkdtemp(join(tmpdir(), "sop-http-"));
  const port = await freePort();
  const script = join(import.meta.dirname, "http-server.mjs");
  const server = new ServerProcess(port, process.execPath, [script, String(port), join(dir, "flags.json")]);
  await server.start();
  const url = `http://127.0.0.1:${port}/flags.json`;
  const flags: Record<string, unknown> = {};
  const write = async (): Promise<void> => {
    const { status } = await send(url, { method: "PUT", body: JSON.stringify({ flags }) });
    if (status !== 200) throw new Error("the server did not take the document");
  };
  let writing = Promise.resolve();
  const change = (edit: () => void): Promise<void> => {
    writing = writing.then(() => {
      edit();
      return write();
    });
    return writing;
  };
  return {
    server,
    set: (changed) => change(() => Object.assign(flags, changed)),
    remove: (flag) => change(() => delete flags[flag]),
    corrupt: (flag) => change(() => Object.assign(flags, { [flag]: null })),
    named: { http: { url } },
    source: (options) => httpSource({ url, interval: "100ms", ...options }),
    async close() {
      await server.kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
