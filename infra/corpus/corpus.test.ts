import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

const main = join(import.meta.dirname, "../../apps/corpus/src/main.ts");

it("a crash, a blocked loop and a healthy application are told apart, from outside", { timeout: 180_000 }, () => {
  const file = join(tmpdir(), `sop-corpus-${process.pid}.ndjson`);
  const only = "multer-crash,moment-redos,control-healthy";
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", main, "--only", only, "--node", "24", "--times", "1", "--json", file],
    { encoding: "utf8" },
  );
  expect(status, stderr).toBe(0);
  const runs = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(Object.fromEntries(runs.map(({ id, answer }) => [id, answer]))).toEqual({
    "multer-crash": "crash.uncaught",
    "moment-redos": "event_loop_stall",
    "control-healthy": "no incident",
  });
});
