import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ConfigUpdate, createSop, type Logger, OptionError } from "@sop/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { fileSource } from "../src/sources/file.ts";
import { temporaryDirectory } from "./support/files.ts";
import { silent } from "./support/recorded.ts";
import { host } from "./support/service.ts";

/** Follows a file; `next` is what the source tells next. */
function follow(path: string) {
  const stop = new AbortController();
  const updates = fileSource(path, { interval: 3_600_000 }).watch(stop.signal)[Symbol.asyncIterator]();
  onTestFinished(() => stop.abort());
  return { next: async (): Promise<ConfigUpdate> => (await updates.next()).value, stop, updates };
}

const DOCUMENT = `
flags:
  new-pricing:
    variants: { on: new, off: old }
    defaultVariant: off
    targeting: { if: [{ $ref: beta }, on] }
$evaluators:
  beta: { "==": [{ var: plan }, beta] }
metadata: { team: orders }
`;

async function flagsOf(text: string): Promise<unknown> {
  const path = join(temporaryDirectory(), "sop.yaml");
  writeFileSync(path, text);
  const update = await follow(path).next();
  return update.state === "READY" ? update.snapshot.flags : update.problem;
}

describe("flags of a file", () => {
  it("are plain values, in YAML 1.2: on and off are texts", async () => {
    const text = "flags:\n  a: true\n  b: on\n  c: 1.5\n  d: [1, x]\n  e: { f: null }\n  'redis.enabled': false\n";
    expect(await flagsOf(text)).toEqual({
      a: true,
      b: "on",
      c: 1.5,
      d: [1, "x"],
      e: { f: null },
      "redis.enabled": false,
    });
  });

  it("are flagd's definitions, with what these share", async () => {
    const path = join(temporaryDirectory(), "sop.yaml");
    writeFileSync(path, DOCUMENT);
    const sop = createSop({ service: "shop", logger: silent, sources: [fileSource(path)], ports: { host } });
    onTestFinished(() => sop.dispose());
    const pricing = sop.flag("new-pricing", "code");
    await vi.waitFor(() => expect(pricing.value).toBe("old"));
    expect(pricing.evaluate({ plan: "beta" })).toMatchObject({
      value: "new",
      variant: "on",
      reason: "TARGETING_MATCH",
      flagMetadata: { team: "orders" },
    });
  });

  it("may be JSON, and a file without any has none", async () => {
    expect(await flagsOf('{"flags":{"a":1}}')).toEqual({ a: 1 });
    expect(await flagsOf("service: shop\n")).toEqual({});
  });

  it.each([
    ["", "sop.yaml:1: got nothing, expected keys with values"],
    ["- a\n", "sop.yaml:1: got something else, expected keys with values"],
    ["service: a\nflags:\n  a: [1, 2\n", /^sop\.yaml:\d: Flow sequence/],
    ["flags:\n  a: 1\n  a: 2\n", "sop.yaml:3: Map keys must be unique"],
    ["service: a\nflags: redis.en", 'sop.yaml:2: flags: got "redis.en", expected an object of flags by name'],
    ["flags: {}\n$evaluators: [1]\n", "sop.yaml:2: $evaluators: got [1], expected an object of rules by name"],
    ["flags:\n  a: !!js/function x\n", /^sop\.yaml:2: Unresolved tag/],
  ])("that are wrong are none, and file, line and reason are told: %j", async (text, problem) => {
    expect(await flagsOf(text)).toEqual(typeof problem === "string" ? problem : expect.stringMatching(problem));
  });
});

describe("a file", () => {
  it("that changes tells its new state, each content with a revision of its own", async () => {
    const path = join(temporaryDirectory(), "sop.yaml");
    writeFileSync(path, "flags: { a: 1 }");
    const { next } = follow(path);
    const first = await next();
    writeFileSync(path, "flags: { a: 2 }");
    const second = await next();
    expect(first).toMatchObject({
      state: "READY",
      snapshot: { flags: { a: 1 }, revision: expect.stringMatching(/^[\da-f]{12}$/) },
    });
    expect(second).toMatchObject({ state: "READY", snapshot: { flags: { a: 2 } } });
    expect(second).not.toMatchObject({ snapshot: { revision: first.state === "READY" && first.snapshot.revision } });
  });

  it("that is replaced by a rename is followed, again and again", async () => {
    const dir = temporaryDirectory();
    const path = join(dir, "sop.yaml");
    writeFileSync(path, "flags: { a: 0 }");
    const { next } = follow(path);
    await next();
    for (const a of [1, 2, 3]) {
      writeFileSync(join(dir, "new"), `flags: { a: ${a} }`);
      renameSync(join(dir, "new"), path);
      expect(await next()).toMatchObject({ snapshot: { flags: { a } } });
    }
  });

  it("that Kubernetes mounts is followed when the link beside it changes", async () => {
    const dir = temporaryDirectory();
    for (const a of [1, 2]) {
      mkdirSync(join(dir, `..v${a}`));
      writeFileSync(join(dir, `..v${a}`, "sop.yaml"), `flags: { a: ${a} }`);
    }
    symlinkSync("..v1", join(dir, "..data"));
    symlinkSync(join("..data", "sop.yaml"), join(dir, "sop.yaml"));
    const { next } = follow(join(dir, "sop.yaml"));
    expect(await next()).toMatchObject({ snapshot: { flags: { a: 1 } } });
    symlinkSync("..v2", join(dir, "..new"));
    renameSync(join(dir, "..new"), join(dir, "..data"));
    expect(await next()).toMatchObject({ snapshot: { flags: { a: 2 } } });
  });

  it("that is missing is an error until it is there", async () => {
    const path = join(temporaryDirectory(), "sop.yaml");
    const { next } = follow(path);
    expect(await next()).toEqual({ state: "ERROR", problem: "sop.yaml: no such file" });
    writeFileSync(path, "flags: { a: 1 }");
    expect(await next()).toMatchObject({ state: "READY" });
    rmSync(path);
    expect(await next()).toEqual({ state: "STALE", problem: "sop.yaml: no such file" });
  });

  it("is looked at from time to time where nothing tells of changes", async () => {
    const dir = join(temporaryDirectory(), "later");
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const updates = fileSource(join(dir, "sop.yaml"), { interval: "100ms" }).watch(stop.signal)[Symbol.asyncIterator]();
    expect((await updates.next()).value).toMatchObject({ state: "ERROR" });
    mkdirSync(dir);
    writeFileSync(join(dir, "sop.yaml"), "flags: { a: 1 }");
    expect((await updates.next()).value).toMatchObject({ state: "READY" });
  });

  it("is let go of when nobody follows it any more", async () => {
    const { next, stop, updates } = follow(join(temporaryDirectory(), "sop.yaml"));
    await next();
    const end = updates.next();
    stop.abort();
    expect((await end).done).toBe(true);
  });
});

it("a bad file keeps the last good flags, with one warning, until it is good again", async () => {
  const path = join(temporaryDirectory(), "sop.yaml");
  writeFileSync(path, "flags: { fast: false }");
  const warn = vi.fn<Logger["warn"]>();
  const sop = createSop({ service: "shop", logger: { ...silent, warn }, sources: [fileSource(path)], ports: { host } });
  onTestFinished(() => sop.dispose());
  const fast = sop.flag("fast", true);
  await vi.waitFor(() => expect(fast.value).toBe(false));

  writeFileSync(path, "flags: { fast: tr");
  await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1), { timeout: 10_000 });
  expect(warn.mock.calls[0]?.[1]).toMatch(/last good state kept: sop\.yaml:1: /);
  expect(fast.value).toBe(false);

  writeFileSync(path, "flags: { fast: true }");
  await vi.waitFor(() => expect(fast.value).toBe(true), { timeout: 10_000 });
  expect(warn).toHaveBeenCalledTimes(1);
});

it.each([
  ["  a:", "sop.yaml:2: flags.a: got null, expected true, false, a text, a number, an object or a list"],
  [
    "  a:\n    variants: { on: 1 }\n    defaultVariant: off",
    'sop.yaml:4: flags.a.defaultVariant: got "off", expected one of the variants: on',
  ],
  [
    "  a:\n    variants: { on: 1 }\n    targeting:\n      if:\n        - true\n        - maybe: []",
    /^sop\.yaml:7: flags\.a\.targeting\.if\.1: got "maybe", expected an operator: if /,
  ],
])("a single flag that is wrong is told with its line, and leaves the others alone: %j", async (wrong, problem) => {
  const path = join(temporaryDirectory(), "sop.yaml");
  writeFileSync(path, `flags:\n${wrong}\n  b: 2\n`);
  const warn = vi.fn<Logger["warn"]>();
  const sop = createSop({ service: "shop", logger: { ...silent, warn }, sources: [fileSource(path)], ports: { host } });
  onTestFinished(() => sop.dispose());
  await vi.waitFor(() => expect(sop.flags()).toEqual({ b: 2 }));
  const told = typeof problem === "string" ? problem : expect.stringMatching(problem);
  expect(warn.mock.calls.map(([fields]) => fields)).toEqual([{ flag: "a", source: "file", problem: told }]);
});

it("wrong options are named, all of them", () => {
  const wrong = JSON.parse('{"interval":1,"name":"","extra":1}');
  expect(() => fileSource("", wrong)).toThrow(OptionError);
  expect(() => fileSource("", wrong)).toThrow(
    /fileSource\.extra.*fileSource\.path.*fileSource\.name.*fileSource\.interval/,
  );
});
