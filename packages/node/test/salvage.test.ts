import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSop, diagnose } from "@sop/core";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { forensics, listIncidents, salvage } from "../src/forensics.ts";
import { sensorsFile } from "../src/sensors/sensors-file.ts";
import { readJson, temporaryDirectory } from "./support/files.ts";
import { silent } from "./support/recorded.ts";

let whole: string;

/** A copy of an incident that was really recorded, to be broken. */
function copy(): string {
  const dir = join(temporaryDirectory(), "incident");
  cpSync(whole, dir, { recursive: true });
  return dir;
}

/** Puts a file into a bundle as its recorder would. */
function put(dir: string, name: string, content: string): void {
  writeFileSync(join(dir, "bundle", name), content);
  const manifest = readJson(dir, "bundle/manifest.json");
  const sha256 = createHash("sha256").update(content).digest("hex");
  const files = (manifest.files as { name: string }[]).filter((file) => file.name !== `bundle/${name}`);
  files.push({ name: `bundle/${name}`, bytes: Buffer.byteLength(content), sha256 } as never);
  writeFileSync(join(dir, "bundle/manifest.json"), JSON.stringify({ ...manifest, files }));
}

const causeOf = async (dir: string) => {
  const { window, unusable } = await salvage(dir);
  return { cause: diagnose(window).root_cause, unusable };
};

beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), "sop-salvage-"));
  const sop = createSop({ service: "shop", logger: silent });
  const stop = forensics(sop, { dir });
  sop.openIncident();
  await vi.waitFor(() => expect(listIncidents(dir)[0]?.timeline).toHaveLength(2), 5_000);
  sop.dispose();
  stop();
  whole = listIncidents(dir)[0]?.dir ?? "";
  const incident = readJson(whole, "incident.json");
  const panic = {
    kind: "uncaughtException",
    at: incident.openedAt,
    name: "upload",
    type: "Error",
    message: "Unexpected end of form",
  };
  writeFileSync(join(whole, "incident.json"), JSON.stringify({ ...incident, trigger: panic, triggers: [panic] }));
  return () => rmSync(dir, { recursive: true, force: true });
});

describe("of a bundle that is", () => {
  it("whole, the recorded window is used", async () => {
    const { unusable, window } = await salvage(copy());
    expect(unusable).toEqual([]);
    expect(window.missing).not.toContain("bundle/window.json");
  });

  it("truncated, the window is said to be cut, and the incident's triggers are diagnosed", async () => {
    const dir = copy();
    truncateSync(join(dir, "bundle/window.json"), 20);
    expect(await causeOf(dir)).toEqual({
      cause: "crash.uncaught",
      unusable: expect.arrayContaining([
        { file: "bundle/window.json", why: expect.stringMatching(/^it is cut: 20 of \d+ bytes/) },
      ]),
    });
  });

  it("tampered with, the changed file is not believed", async () => {
    const dir = copy();
    const path = join(dir, "bundle/window.json");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace('"inFlight":0', '"inFlight":9'));
    const { unusable, cause } = await causeOf(dir);
    expect(unusable).toContainEqual({
      file: "bundle/window.json",
      why: "it was changed: its hash is not that of the manifest",
    });
    expect(cause).toBe("crash.uncaught");
  });

  it("without its window, the samples of the sensors are diagnosed", async () => {
    const dir = copy();
    rmSync(join(dir, "bundle/window.json"));
    const at = readJson(dir, "incident.json").openedAt;
    const samples = Array.from({ length: 120 }, (_, i) => ({
      at: at - 24_000 + i * 200,
      interval: 200,
      fd_count: 20 + i,
      fd_limit_count: 150,
    }));
    put(dir, "sensors.json", sensorsFile(samples, 200));
    const { window, unusable } = await salvage(dir);
    expect(unusable).toContainEqual({ file: "bundle/window.json", why: "it is not there" });
    expect(window.samples).toHaveLength(120);
    expect(window.samples?.at(-1)).toMatchObject({ fd_count: 139 });
  });

  it("of a newer schema, that is said, and what is known of it is used", async () => {
    const dir = copy();
    const manifest = readJson(dir, "bundle/manifest.json");
    writeFileSync(join(dir, "bundle/manifest.json"), JSON.stringify({ ...manifest, schema: "sop.bundle/2" }));
    const { unusable } = await causeOf(dir);
    expect(unusable).toEqual([
      { file: "bundle/manifest.json", why: expect.stringContaining('its schema is "sop.bundle/2"') },
    ]);
  });

  it("without a manifest that can be read, that is said, and the window is used", async () => {
    const dir = copy();
    writeFileSync(join(dir, "bundle/manifest.json"), "{");
    const { unusable } = await salvage(dir);
    expect(unusable).toEqual([
      { file: "bundle/manifest.json", why: expect.stringContaining("whether files were changed is not known") },
    ]);
  });

  it("of 10 GB, the large file is named and not read", async () => {
    const dir = copy();
    rmSync(join(dir, "bundle/manifest.json"));
    truncateSync(join(dir, "bundle/window.json"), 10 * 2 ** 30);
    const { unusable, cause } = await causeOf(dir);
    expect(unusable).toContainEqual({ file: "bundle/window.json", why: expect.stringContaining("10737418240 bytes") });
    expect(cause).toBe("crash.uncaught");
  });

  it("of another program, it is refused with what there is and why it is no use", async () => {
    const dir = temporaryDirectory();
    mkdirSync(join(dir, "bundle"));
    writeFileSync(join(dir, "bundle/window.json"), '{"something":"else"}');
    await expect(salvage(dir)).rejects.toThrow(
      /something to be diagnosed.*manifest\.json.*window\.json: it is of another form/,
    );
  });

  it.each([
    ["panics", '{"panics":[7,null],"inFlight":1,"missing":[]}'],
    ["samples", '{"panics":[],"inFlight":1,"missing":[],"samples":{"a":1}}'],
    ["locks", '{"panics":[],"inFlight":1,"missing":[],"locks":[1,{}]}'],
  ])("of other types in its %s, nothing breaks", async (_name, text) => {
    const dir = copy();
    put(dir, "window.json", text);
    expect(["none", "unknown", "crash.uncaught"]).toContain((await causeOf(dir)).cause);
  });
});
