import { globSync } from "node:fs";
import { join } from "node:path";
import {
  createSop,
  type Logger,
  markOwnFile,
  type OutgoingFinding,
  type RequestContext,
  type SopOptions,
} from "@sop/core";
import { onTestFinished, vi } from "vitest";
import { type WatchOptions, watchOutgoing } from "../../src/http.ts";
import { silent } from "./recorded.ts";
import { host } from "./service.ts";

// Built, the core is one file that knows itself; here each of its sources is a file of its own.
const core = join(import.meta.dirname, "../../../core/src");
for (const file of globSync("**/*.ts", { cwd: core })) markOwnFile(join(core, file));

/** A Sop whose outgoing calls are watched, on a clock that only the test moves; sockets keep their own time. */
export function watched(options: WatchOptions = {}, given: SopOptions = {}) {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  const warn = vi.fn<Logger["warn"]>();
  const error = vi.fn<Logger["error"]>();
  const found: OutgoingFinding[] = [];
  const sop = createSop({ service: "shop", logger: { ...silent, warn, error }, ports: { host }, ...given });
  sop.observe({ outgoingFound: (finding) => void found.push(finding) });
  const life = sop.lifecycle<object>({ name: "test", route: () => "/", respond: () => {} });
  const stop = watchOutgoing(sop, options);
  onTestFinished(() => {
    stop();
    sop.dispose();
    vi.useRealTimers();
  });
  return {
    sop,
    found,
    warn,
    error,
    stop,
    open: (headers: Record<string, string> = {}): RequestContext => life.open({ headers }, {}),
    close: (context: RequestContext) => life.close(context, 200, "finished"),
    within: <R>(context: RequestContext, fn: () => R): R => life.run(context, fn),
    /** The statuses of the durations that were measured, and how many of each. */
    measured: () => sop.metrics().outgoing.durations.map(({ status, count }) => `${status}: ${count}`),
  };
}

/** Lets time pass for the watch, and what is on the way arrive. */
export async function pass(ms: number): Promise<void> {
  await arrive();
  vi.advanceTimersByTime(ms);
  await arrive();
}

/** What is on its way on loopback is there a few turns of the loop later. */
export async function arrive(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}
