import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { run } from "../src/index.ts";

const FILE = `service: orders   # its name
flags:
  redis.enabled:   true      # the cache
  size: 20
  name: 'blue'
  limits: { max: 3 }
  new-pricing:
    variants: { on: true, off: false }
    defaultVariant: "off"    # for most
    targeting:
      if: [{ and: [{ "==": [{ var: user.plan }, gold] }, { $ref: inside }] }, on]
  broken: { variants: { on: true }, defaultVariant: of }
$evaluators:
  inside: { in: [{ var: region }, [eu, us]] }
`;

let dir: string;
let file: string;

/** A command's output, as it comes. */
function terminal(signal: AbortSignal) {
  const text = { out: "", err: "" };
  const output = (name: keyof typeof text) => ({
    write(chunk: string) {
      text[name] += chunk;
    },
  });
  return { text, terminal: { out: output("out"), err: output("err"), signal } };
}

/** Runs `sop flags` with the file. */
async function flags(...args: readonly string[]) {
  const { text, terminal: to } = terminal(new AbortController().signal);
  return { code: await run(["flags", ...args, "--file", file], to), ...text };
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "sop-cli-flags-"));
  file = join(dir, "sop.yaml");
  writeFileSync(file, FILE);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("sop flags list", () => {
  it("shows each flag with its kind, value, variants and place", async () => {
    const { code, out } = await flags("list");
    expect(code).toBe(0);
    expect(out.replace(/ {2,}/g, "  ").split("\n")).toEqual([
      "redis.enabled  boolean  true  sop.yaml:3",
      "size  number  20  sop.yaml:4",
      'name  string  "blue"  sop.yaml:5',
      'limits  object  {"max":3}  sop.yaml:6',
      "new-pricing  boolean  false (off)  on | off, by its rule  sop.yaml:7",
      'broken  boolean  wrong  on  sop.yaml:12: flags.broken.defaultVariant: got "of", expected one of the variants: on',
      "",
    ]);
    expect(JSON.parse((await flags("list", "--json")).out)[4]).toEqual({
      name: "new-pricing",
      kind: "boolean",
      value: false,
      variant: "off",
      reason: "DEFAULT",
      variants: { on: true, off: false },
      targeted: true,
      place: "sop.yaml:7",
    });
  });

  it("says so where there are none", async () => {
    writeFileSync(file, "service: orders\n");
    expect(await flags("list")).toMatchObject({ code: 0, out: "No flags.\n" });
  });
});

describe("sop flags get", () => {
  it("evaluates for a context", async () => {
    expect(await flags("get", "size")).toEqual({ code: 0, out: "20\nreason   STATIC\n", err: "" });
    const asked = ["get", "new-pricing", "--context", "user.plan=gold", "--context", "region=eu"];
    expect((await flags(...asked)).out).toBe("true\nvariant  on\nreason   TARGETING_MATCH\n");
    expect(JSON.parse((await flags(...asked, "--json")).out)).toMatchObject({ value: true, variant: "on" });
  });

  it("takes a context's values for JSON, and the targeting key for a text", async () => {
    writeFileSync(
      file,
      `flags:
  old: { variants: { on: true, off: false }, defaultVariant: off, targeting: { if: [{ ">": [{ var: age }, 9] }, on] } }
  one: { variants: { on: true, off: false }, defaultVariant: off, targeting: { if: [{ "===": [{ var: targetingKey }, "7"] }, on] } }
`,
    );
    expect((await flags("get", "old", "--context", "age=10")).out).toMatch(/^true/);
    expect((await flags("get", "one", "--context", "targetingKey=7")).out).toMatch(/^true/);
  });

  it("takes names with dots for names in names", async () => {
    writeFileSync(
      file,
      `flags:
  both: { variants: { on: true, off: false }, defaultVariant: off, targeting: { if: [{ and: [{ var: user.a }, { var: user.b }] }, on] } }
`,
    );
    expect((await flags("get", "both", "--context", "user.a=1", "--context", "user.b=1")).out).toMatch(/^true/);
  });

  it.each([
    ["nothing", "there is no flag nothing in sop.yaml; it has redis.enabled, size, name"],
    ["broken", "broken: sop.yaml:12: flags.broken.defaultVariant"],
  ])("of %s is exit 1, and says why", async (flag, message) => {
    const { code, out, err } = await flags("get", flag);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(message);
    expect((await flags("get", flag, "--json")).code).toBe(1);
  });
});

describe("sop flags set", () => {
  it.each([
    ["redis.enabled", "false", "  redis.enabled:   false      # the cache"],
    ["size", "-5", "  size: -5"],
    ["name", "7", '  name: "7"'],
    ["new-pricing", "on", '    defaultVariant: "on"    # for most'],
    ["new-pricing", "true", '    defaultVariant: "on"    # for most'],
  ])("%s to %s changes that word and nothing else", async (flag, value, line) => {
    const { code } = await flags("set", flag, value);
    expect(code).toBe(0);
    const [before, after] = [FILE.split("\n"), readFileSync(file, "utf8").split("\n")];
    expect(after.filter((text, i) => text !== before[i])).toEqual([line]);
  });

  it("of a text in a block leaves what comes after it", async () => {
    writeFileSync(file, "flags:\n  text: |\n    a\n    b\n  size: 20\n");
    await flags("set", "text", "c");
    expect((await flags("get", "text")).out).toMatch(/^"c"/);
    expect((await flags("get", "size")).out).toMatch(/^20/);
  });

  it("finds a variant by its value, also where that looks like another type", async () => {
    writeFileSync(file, 'flags: { size: { variants: { small: "20", large: "50" }, defaultVariant: small } }\n');
    expect((await flags("set", "size", "50")).out).toMatch(/^size\.defaultVariant is "large"/);
  });

  it("says that a rule decides before the default variant does", async () => {
    expect((await flags("set", "new-pricing", "on")).out).toMatch(/its rule still decides/);
    expect(JSON.parse((await flags("set", "size", "3", "--json")).out)).toEqual({
      flag: "size",
      set: "size",
      value: 3,
      file,
    });
  });

  it("of an object keeps comments, as it does of a flag that is new", async () => {
    await flags("set", "limits", '{"max":4}');
    await flags("set", "more", "1", "--force");
    const text = readFileSync(file, "utf8");
    expect(text).toContain("# the cache");
    expect(text).toContain("# for most");
    expect((await flags("get", "limits")).out).toMatch(/^{"max":4}/);
    expect((await flags("get", "more")).out).toMatch(/^1/);
  });

  it.each([
    [["size", "many"], 2, 'size: got "many", expected a number, as it is 20 now'],
    [["redis.enabled", "1"], 2, 'redis.enabled: got "1", expected a boolean, as it is true now'],
    [["new-pricing", "half"], 2, "expected one of its variants: on (true), off (false)"],
    [["nothing", "1"], 1, "there is no flag nothing in sop.yaml"],
  ])("%j is refused, and the file is as it was", async (args, code, message) => {
    const refused = await flags("set", ...args);
    expect(refused.code).toBe(code);
    expect(refused.err).toContain(message);
    expect(readFileSync(file, "utf8")).toBe(FILE);
  });

  it("takes any value with --force", async () => {
    await flags("set", "size", "many", "--force");
    expect((await flags("get", "size")).out).toMatch(/^"many"/);
  });

  it("writes the file whole: its mode and links to it stay, and nothing is left beside it", async () => {
    const link = join(dir, "link.yaml");
    chmodSync(file, 0o600);
    renameSync(file, join(dir, "real.yaml"));
    symlinkSync("real.yaml", link);
    const before = statSync(link);
    file = link;
    expect((await flags("set", "size", "21")).code).toBe(0);
    expect(realpathSync(link)).toMatch(/real\.yaml$/);
    expect(statSync(link)).toMatchObject({ mode: before.mode });
    expect(statSync(link).ino).not.toBe(before.ino);
    expect(readdirSync(dir).sort()).toEqual(["link.yaml", "real.yaml"]);
  });
});

describe("sop flags watch", () => {
  /** Watches the file; `lines` are what was written so far. */
  async function watch(...args: readonly string[]) {
    const stop = new AbortController();
    const { text, terminal: to } = terminal(stop.signal);
    put(FINE);
    const ended = run(["flags", "watch", "--file", file, ...args], to);
    onTestFinished(() => stop.abort());
    await vi.waitFor(() => expect(text.err).toMatch(/^watching .*; Ctrl-C ends it\n$/));
    return { lines: () => text.out.split("\n").filter((line) => line !== ""), stop, ended };
  }

  const FINE = FILE.replace("defaultVariant: of }", "defaultVariant: on }");
  const put = (text: string): void => {
    writeFileSync(join(dir, "new"), text);
    renameSync(join(dir, "new"), file);
  };

  it("prints each change as it comes, until it is ended", async () => {
    const { lines, stop, ended } = await watch();
    put(FINE.replace("size: 20", "size: 30"));
    await vi.waitFor(() => expect(lines()).toHaveLength(1));
    expect(lines()[0]).toMatch(/^\d{4}-.*Z {2}size: 20 -> 30$/);
    put(FINE.replace("gold]", "silver]"));
    await vi.waitFor(() => expect(lines()).toHaveLength(3));
    expect(lines()[2]).toMatch(/ {2}new-pricing: false, by another rule than before$/);
    put(FILE);
    await vi.waitFor(() => expect(lines()).toHaveLength(5));
    expect(lines()[4]).toMatch(/ {2}broken: last good definition kept: sop\.yaml:12: flags\.broken\.defaultVariant: /);
    put("flags: [");
    await vi.waitFor(() => expect(lines()).toHaveLength(6));
    expect(lines()[5]).toMatch(/ {2}sop\.yaml: STALE: sop\.yaml:1: /);
    stop.abort();
    expect(await ended).toBe(0);
  });

  it("prints lines of JSON where JSON is asked for", async () => {
    const { lines } = await watch("--json");
    put(FINE.replace("size: 20", "size: 30"));
    await vi.waitFor(() => expect(lines()).toHaveLength(1));
    expect(JSON.parse(lines()[0] ?? "")).toEqual({
      time: expect.stringMatching(/Z$/),
      flag: "size",
      value: 30,
      previous: 20,
      source: "sop.yaml",
    });
  });
});

describe("sop flags explain", () => {
  it("shows the rule as a tree, with what each part came to", async () => {
    const { code, out } = await flags(
      "explain",
      "new-pricing",
      "--context",
      "user.plan=gold",
      "--context",
      "region=eu",
    );
    expect(code).toBe(0);
    expect(out).toBe(`new-pricing is true (variant on)
because  its rule chose the variant (TARGETING_MATCH)
in       sop.yaml:7

if true, "on" = "on"
└─ and true, true = true
   ├─ == "gold", "gold" = true
   │  └─ var "user.plan" = "gold"
   └─ in "eu", ["eu","us"] = true
      └─ var "region" = "eu"
`);
  });

  it("says what did not have to be known, and why the default variant counts", async () => {
    const { out } = await flags("explain", "new-pricing", "--context", "user.plan=basic");
    expect(out).toContain("its rule chose no variant, so it is the default variant (DEFAULT)");
    expect(out).toContain("└─ and false, - = false\n");
  });

  it("tells programs the same, step by step", async () => {
    const explained = JSON.parse((await flags("explain", "size", "--json")).out);
    expect(explained).toMatchObject({ value: 20, reason: "STATIC", layer: "sop.yaml", place: "sop.yaml:4", steps: [] });
  });

  it.each([
    ["broken", /it cannot be decided: sop\.yaml:12: .*expected one of the variants: on/],
    ["nothing", /there is no flag nothing/],
  ])("of %s is exit 1, and says why", async (flag, message) => {
    const { code, out, err } = await flags("explain", flag);
    expect(code).toBe(1);
    expect(out + err).toMatch(message);
  });
});

describe("the file", () => {
  it.each(["list", "watch"])("that is not there is exit 3 of %s", async (command) => {
    file = join(dir, "none.yaml");
    const { code, err } = await flags(command);
    expect(code).toBe(3);
    expect(err).toMatch(/none\.yaml: there is no such file; --file or SOP_CONFIG names another/);
  });

  it("that cannot be read as YAML is exit 1, with its line", async () => {
    writeFileSync(file, "flags:\n  a: [1\n");
    expect(await flags("list")).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/^sop: sop\.yaml: /) });
    writeFileSync(file, "flags: 7\n");
    expect(JSON.parse((await flags("set", "a", "1", "--force", "--json")).out).error.message).toMatch(
      /an object of flags/,
    );
  });

  it("is that of SOP_CONFIG where none is named", async () => {
    vi.stubEnv("SOP_CONFIG", file);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { text, terminal: to } = terminal(new AbortController().signal);
    expect(await run(["flags", "get", "size"], to)).toBe(0);
    expect(text.out).toMatch(/^20/);
  });
});

describe("wrong usage", () => {
  it.each([
    [["get"], /missing required argument 'flag'/],
    [["get", "size", "--context", "plan"], /context: got "plan", expected k=v/],
    [["get", "size", "--context", "a..b=1"], /context: got "a\.\.b=1"/],
    [["set", "size"], /missing required argument 'value'/],
  ])("%j is exit 2, and says what is right", async (args, message) => {
    const { code, err } = await flags(...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

it.each(["list", "get", "set", "watch", "explain"])(
  "help of %s has an example, and says what is read",
  async (command) => {
    const { code, out } = await flags(command, "--help");
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`Example:\n {2}sop flags ${command}`));
    expect(out).toMatch(/running services are not asked/);
  },
);
