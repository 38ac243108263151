import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, vi } from "vitest";

/** What traces a service. */
export type Mode = "none" | "sdk" | "undici" | "http";

/** A span as a service tells it. */
export interface ToldSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | undefined;
  readonly name: string;
  /** 1: of a server, 2: of a client. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code: number };
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, string>> }[];
}

/** A service in a process of its own. */
export interface Hop {
  readonly url: string;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** Those that have ended, once there are `count`. */
  spans(count: number): Promise<ToldSpan[]>;
}

export async function startHop(mode: Mode, upstream = ""): Promise<Hop> {
  const child = fork(join(import.meta.dirname, "hop.mjs"), [mode, upstream], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    env: { ...process.env, SOP_ADMIN: "off" },
  });
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    child.kill();
    await once(child, "exit");
  });
  const [line] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), "line");
  const url = `http://127.0.0.1:${JSON.parse(line).port}`;
  const get: Hop["get"] = (path, headers = {}) => fetch(url + path, { headers });
  return {
    url,
    get,
    async spans(count) {
      return vi.waitFor(async () => {
        const told = (await (await get("/spans")).json()) as ToldSpan[];
        expect(told.length).toBeGreaterThanOrEqual(count);
        return told;
      });
    },
  };
}
