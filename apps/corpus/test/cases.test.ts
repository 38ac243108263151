import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT_CAUSES } from "@sop/core";
import { expect, it } from "vitest";
import { readCase } from "../src/case.ts";
import { folderOf, SETS } from "../src/install.ts";
import { caseFiles, readOptions, UsageError } from "../src/options.ts";

const cases = caseFiles({ folders: SETS.map(folderOf), only: [] }).map(readCase);

it("has two cases or more of each class that are not among those to develop against, and seven healthy ones", () => {
  const others = cases.filter(({ set }) => set !== "dev");
  const count = (name: string): number => others.filter(({ expected }) => expected[0] === name).length;
  const classes = new Set(others.map(({ expected }) => expected[0] ?? ""));
  expect([...classes].filter((name) => count(name) < 2)).toEqual([]);
  expect(count("none")).toBeGreaterThanOrEqual(7);
  expect(classes.size).toBeGreaterThanOrEqual(13);
});

it("expects classes that the diagnosis knows, of packages that are pinned", () => {
  const { dependencies } = JSON.parse(readFileSync(join(folderOf("dev"), "../package.json"), "utf8"));
  const versions = Object.entries(dependencies as Record<string, string>).map(([name, version]) =>
    version.startsWith("npm:") ? version.slice(4) : `${name}@${version}`,
  );
  for (const { id, expected, pkg, issue, isControl } of cases) {
    for (const name of expected) expect([...ROOT_CAUSES, "none"], id).toContain(name);
    for (const pinned of pkg.split(", ")) expect(versions, id).toContain(pinned);
    expect(isControl || issue, id).toBeTruthy();
  }
});

it("names each case once, and no registry in the lock file", () => {
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  const lock = readFileSync(join(folderOf("dev"), "../package-lock.json"), "utf8");
  expect(lock).not.toContain('"resolved"');
});

it("reads cases of others, which name their class in words of their own", () => {
  const dir = join(import.meta.dirname, "fixtures");
  expect(readCase(join(dir, "theirs.cjs")).expected).toEqual(["timeout_cascade", "dependency_hang"]);
});

it("refuses a command line that is wrong, and says what is allowed", () => {
  const read = (...args: string[]) => readOptions(args, folderOf);
  expect(read("--help")).toBeUndefined();
  expect(read("--set", "dev", "--node", "24", "--times", "2")).toMatchObject({ nodes: ["24"], times: 2, jobs: 1 });
  expect(() => read("--set", "all")).toThrow(UsageError);
  expect(() => read("--times", "0")).toThrow("whole number");
  expect(() => read("--cases", "/no/such/folder")).toThrow("no folder");
  expect(() => read("--nod", "24")).toThrow(UsageError);
  expect(() => caseFiles({ folders: [folderOf("dev")], only: ["no-such"] })).toThrow("there is no case no-such");
});

it("ends with 2 and its help where an option is wrong", () => {
  const main = join(import.meta.dirname, "../src/main.ts");
  const { status, stderr } = spawnSync(process.execPath, [main, "--jobs", "none"], { encoding: "utf8" });
  expect(status).toBe(2);
  expect(stderr).toContain("--jobs: none is no whole number");
  expect(stderr).toContain("pnpm corpus [options]");
});
