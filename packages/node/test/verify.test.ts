import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OptionError } from "@sop/core";
import { beforeEach, describe, expect, it } from "vitest";
import { verifyBundle } from "../src/forensics.ts";
import { diagnosed, recorded } from "./support/recorded.ts";

let dir: string;
const states = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await verifyBundle(dir)).map(({ name, state }) => [name.replace("bundle/", ""), state]));

beforeEach(async () => {
  const { sop, dir: all } = recorded();
  sop.openIncident("drill");
  dir = await diagnosed(all);
});

describe("the files of a bundle, held against their manifest,", () => {
  it("are intact as they were written", async () => {
    const found = await verifyBundle(dir);
    expect(found.length).toBeGreaterThan(3);
    for (const { name, kind, bytes, state } of found) {
      expect(state, name).toBe("intact");
      expect(kind, name).toMatch(/^[a-z-]+$/);
      expect(bytes, name).toBe(readFileSync(join(dir, name)).length);
    }
  });

  it("are changed where a byte is another, or there are more or fewer; missing, or extra", async () => {
    const path = (name: string): string => join(dir, "bundle", name);
    const events = readFileSync(path("flags.json"), "utf8");
    writeFileSync(path("flags.json"), events.replace("{", "["));
    writeFileSync(path("requests.json"), `${readFileSync(path("requests.json"), "utf8")} `);
    writeFileSync(path("window.json"), "");
    rmSync(path("events.ndjson"));
    mkdirSync(path("deep"));
    writeFileSync(path("deep/planted"), "x");
    expect(await states()).toMatchObject({
      "flags.json": "changed",
      "requests.json": "changed",
      "window.json": "changed",
      "events.ndjson": "missing",
      "deep/planted": "extra",
    });
  });

  it("are missing where they are a link to elsewhere", async () => {
    const flags = join(dir, "bundle/flags.json");
    renameSync(flags, join(dir, "flags.json"));
    symlinkSync("../flags.json", flags);
    expect(await states()).toMatchObject({ "flags.json": "missing" });
  });

  it.each([
    ["of a newer schema", { schema: "sop.bundle/2", files: [] }],
    [
      "whose names lead elsewhere",
      { schema: "sop.bundle/1", files: [{ name: "bundle/../../x", bytes: 1, sha256: "" }] },
    ],
    ["without files", { schema: "sop.bundle/1" }],
    ["that is cut", '{"schema":"sop.bun'],
  ])("cannot be held against one %s, which is named", async (_kind, content) => {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    writeFileSync(join(dir, "bundle/manifest.json"), text);
    await expect(verifyBundle(dir)).rejects.toThrow(OptionError);
    await expect(verifyBundle(dir)).rejects.toThrow(/readable bundle\/manifest\.json/);
  });
});
