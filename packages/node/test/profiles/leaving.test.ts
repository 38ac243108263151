import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryDirectory } from "../support/files.ts";

// V8's thread for samples goes on while the process is taken down: without an end of the profile half of them end by SIGSEGV.
it("a process that leaves while its processor is profiled ends with its own exit code, every time", async () => {
  const ends: unknown[] = [];
  for (let round = 0; round < 4; round++) {
    const children = [240, 280, 320, 360].map((ms) =>
      fork(join(import.meta.dirname, "leaving.mjs"), [String(ms)], {
        stdio: "ignore",
        env: { ...process.env, SOP_DIR: temporaryDirectory() },
      }),
    );
    ends.push(...(await Promise.all(children.map(async (child) => (await once(child, "exit")).join(" ")))));
  }
  expect(new Set(ends)).toEqual(new Set(["7 "]));
}, 60_000);
