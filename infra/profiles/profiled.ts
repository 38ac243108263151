import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const TOKEN = "operator-token-of-this-test";

/** A service whose heap grows and whose processor is busy, in a process of its own. */
export interface Profiled {
  /** Where it serves requests on 127.0.0.1. */
  readonly port: number;
  /** A directory of its own, gone with it. */
  readonly dir: string;
  /** A profile, as `/debug/pprof/` answers `path`. Throws where it does otherwise than with 200. */
  profile(path: string): Promise<Buffer>;
  stop(): void;
}

export async function startProfiled(): Promise<Profiled> {
  const dir = mkdtempSync(join(tmpdir(), "sop-pprof-"));
  const own = { SOP_ADMIN: "on", SOP_ADMIN_PORT: "0", SOP_ADMIN_TOKEN: TOKEN, SOP_DIR: dir, SOP_LOG_LEVEL: "error" };
  const child = fork(join(import.meta.dirname, "service.mjs"), { env: { ...process.env, ...own } });
  const [{ url, port }] = (await once(child, "message")) as [{ url: string; port: number }];
  return {
    port,
    dir,
    async profile(path) {
      const response = await fetch(`${url}/debug/pprof/${path}`, { headers: { "x-admin-token": TOKEN } });
      if (response.status !== 200) throw new Error(`${path} is answered with ${response.status}`);
      return Buffer.from(await response.arrayBuffer());
    },
    stop() {
      child.kill("SIGKILL");
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
