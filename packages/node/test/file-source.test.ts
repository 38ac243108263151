import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger, Sop, SourceChange } from "@sop/core";
import { createSop } from "@sop/node";
import { fileSource } from "@sop/node/sources/file";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let dir: string;
let file: string;
let sop: Sop | undefined;
let warnings: string[];
let states: SourceChange[];
let told: (() => void)[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "sop-file-"));
  file = join(dir, "sop.yaml");
  warnings = [];
  states = [];
  told = [];
});

afterEach(() => {
  sop?.dispose();
  rmSync(dir, { recursive: true, force: true });
});

function start(): Sop {
  const quiet = (): void => undefined;
  const warn = (_fields: object, message: string): void => void warnings.push(message);
  const logger: Logger = { debug: quiet, info: quiet, warn, error: quiet };
  const observer = {
    sourceChanged(change: SourceChange): void {
      states.push(change);
      for (const tell of told.splice(0)) tell();
    },
  };
  sop = createSop({ service: "shop", config: file, logger, observers: [observer] });
  return sop;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise<void>((resolve) => told.push(resolve));
}

describe("a watched configuration file", () => {
  it("sets flags from the start, and changes them while the process runs", async () => {
    writeFileSync(file, "flags:\n  redis.enabled: true\n  limit: 10\n");
    const flag = start().flag("redis.enabled", false);
    await until(() => states.length === 1);
    expect([flag.value, sop?.flags()["limit"]]).toEqual([true, 10]);
    writeFileSync(file, "flags:\n  redis.enabled: false\n");
    await until(() => states.length >= 2 && !flag.value);
    expect(sop?.flags()).toEqual({ "redis.enabled": false });
  });

  it("sees a file that was put in the other's place", async () => {
    writeFileSync(file, "flags: { a: 1 }\n");
    start();
    await until(() => states.length === 1);
    writeFileSync(`${file}.new`, "flags: { a: 2 }\n");
    renameSync(`${file}.new`, file);
    await until(() => sop?.flags()["a"] === 2);
    expect(warnings).toEqual([]);
  });

  it("keeps the last good state where the file is half-written, with one warning that names file, line and reason", async () => {
    writeFileSync(file, "flags: { a: 1 }\n");
    start();
    await until(() => states.length === 1);
    writeFileSync(file, 'flags:\n  a: 2\n  b: "half\n');
    await until(() => states.at(-1)?.state === "ERROR");
    expect(sop?.flags()).toEqual({ a: 1 });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`${file}:`);
    expect(warnings[0]).toMatch(/:\d+: .+quote/i);
    writeFileSync(file, "flags: { a: 3 }\n");
    await until(() => sop?.flags()["a"] === 3);
  });

  it("keeps the last good state where the file is gone or empty", async () => {
    writeFileSync(file, "flags: { a: 1 }\n");
    start();
    await until(() => states.length === 1);
    rmSync(file);
    await until(() => states.at(-1)?.state === "STALE");
    expect(sop?.flags()).toEqual({ a: 1 });
    expect(warnings.at(-1)).toContain("ENOENT");
    writeFileSync(file, "");
    await until(() => states.at(-1)?.state === "ERROR");
    expect(sop?.flags()).toEqual({ a: 1 });
  });

  it("names the line of a flag that has no value", async () => {
    writeFileSync(file, "flags:\n  a: 1\n  b: { variants: { on: true }, defaultVariant: none }\n");
    start();
    await until(() => states.at(-1)?.state === "ERROR");
    expect(warnings[0]).toContain(`${file}:3: flag b:`);
  });

  it("survives aliases that lead nowhere, and goes on watching", async () => {
    writeFileSync(file, "flags:\n  a: *missing\n");
    start();
    await until(() => states.at(-1)?.state === "ERROR");
    writeFileSync(file, "flags: { a: 2 }\n");
    await until(() => sop?.flags()["a"] === 2);
  });

  it("reads flagd's definitions by their default variant, and YAML 1.2: on and off are text", async () => {
    writeFileSync(
      file,
      `flags:
  plain: on
  pricing:
    state: ENABLED
    variants: { on: true, off: false }
    defaultVariant: "off"
  gone:
    state: DISABLED
    variants: { on: true }
    defaultVariant: "on"
`,
    );
    start();
    await until(() => states.length === 1);
    expect(sop?.flags()).toEqual({ plain: "on", pricing: false });
  });

  it("ends its watch when it is told to", async () => {
    writeFileSync(file, "flags: { a: 1 }\n");
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const update of fileSource(file).watch(stop.signal)) {
      seen.push(update.state);
      stop.abort();
    }
    expect(seen).toEqual(["READY"]);
  });
});

describe("createSop of @sop/node", () => {
  it("watches nothing where config is false", () => {
    sop = createSop({ service: "shop", config: false, logLevel: "silent", flags: { a: 1 } });
    expect(sop.flags()).toEqual({ a: 1 });
  });
});
