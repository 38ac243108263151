import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeDirectory } from "../src/files/make-directory.ts";
import { temporaryDirectory } from "./support/files.ts";

it("makes all above it, for this user alone", () => {
  const dir = temporaryDirectory();
  makeDirectory(join(dir, "a/b/c"));
  for (const name of ["a", "a/b", "a/b/c"]) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o700);
});

it("leaves one that is there as it is", () => {
  const dir = temporaryDirectory();
  mkdirSync(join(dir, "a"), { mode: 0o755 });
  makeDirectory(join(dir, "a"));
  expect(statSync(join(dir, "a")).mode & 0o777).toBe(0o755);
});

it("throws what the system says where a file is in its way", () => {
  const dir = temporaryDirectory();
  writeFileSync(join(dir, "file"), "");
  expect(() => makeDirectory(join(dir, "file"))).toThrow("EEXIST");
  expect(() => makeDirectory(join(dir, "file/a/b"))).toThrow("ENOTDIR");
});

it.runIf(process.platform === "linux")("gives up where a file system takes nothing, though all above is there", () => {
  expect(() => makeDirectory("/proc/none/a/b")).toThrow("ENOENT");
});
