import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listIncidents } from "@sop/node/forensics";
import { describe, expect, it, onTestFinished } from "vitest";
import { runRepro, writeRepro } from "../src/index.ts";
import { here, started } from "./support.ts";

const CUT_UPLOAD = [
  "--AaB03x",
  'Content-Disposition: form-data; name="file"; filename="a.txt"',
  "Content-Type: text/plain",
  "",
  "no boundary at the end",
].join("\r\n");

/** A directory of incidents, removed at the end of the test or file it is made in. */
function directory(): string {
  return mkdtempSync(join(tmpdir(), "sop-lab-test-"));
}

/** Lets a real package crash a real service, and gives what was recorded of it. */
async function crash(dir: string, body: string | Buffer = CUT_UPLOAD): Promise<string> {
  const service = await started("catalog.mjs", { env: { SOP_DIR: dir } });
  const headers = [
    ["Content-Type", "multipart/form-data; boundary=AaB03x"],
    ["Content-Length", String(body.length)],
  ] as const;
  expect((await service.send({ method: "POST", path: "/upload?album=1", headers, body })).status).toBe(503);
  expect(await service.crashed()).toMatchObject({ message: "Unexpected end of form" });
  const [found] = listIncidents(dir);
  return found?.dir ?? "";
}

describe("the reproduction of a crash", () => {
  it("fails with the package that crashed, passes with the fixed one, and is a test that people can read", async () => {
    const dir = directory();
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const recorded = await crash(dir);

    const { test } = writeRepro(recorded);
    const text = readFileSync(test, "utf8");
    expect(text).toContain("Error (Unexpected end of form) in busboy@1.6.0 of multer@1.4.5-lts.1");
    expect(text).toContain('"Content-Disposition: form-data; name=\\"file\\"; filename=\\"a.txt\\"",');
    expect(text).toContain('test("POST /upload is answered, and the service lives on"');

    const broken = await runRepro(recorded);
    expect(broken).toMatchObject({ passed: false });
    expect(broken.failures.join()).toMatch(/what the service did not catch: expected 'Unexpected end of form'/);
    expect(await runRepro(recorded, { alias: { multer: "multer-fixed" } })).toMatchObject({
      passed: true,
      failures: [],
    });

    // The incident's own directory has got nothing else, and the runs have recorded nothing there.
    expect(readdirSync(join(recorded, "repro")).sort()).toEqual(["README.md", "repro.test.ts", "sop.yaml"]);
    expect(statSync(test).mode & 0o077).toBe(0);
    expect(listIncidents(dir)).toHaveLength(1);
  });

  it("keeps a body that is no text in a file of its own, byte for byte", async () => {
    const dir = directory();
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const body = Buffer.concat([Buffer.from(CUT_UPLOAD), Buffer.from([0, 1, 2, 250, 251])]);
    const incident = await crash(dir, body);
    const repro = writeRepro(incident);
    expect(readFileSync(join(repro.dir, "request.body"))).toEqual(body);
    expect(await runRepro(incident)).toMatchObject({ passed: false });
  });
});

describe("an incident that cannot be reproduced", () => {
  function incident(change: (dir: string) => void): string {
    const dir = directory();
    onTestFinished(() => rmSync(dir, { recursive: true }));
    cpSync(join(here, "incident"), dir, { recursive: true });
    change(dir);
    return dir;
  }

  const edit = (file: string, from: string | RegExp, to: string) => (dir: string) => {
    const path = join(dir, file);
    const text = readFileSync(path, "utf8");
    expect(text).toMatch(from);
    writeFileSync(path, text.replace(from, to));
  };

  it.each([
    ["no failing request", (dir: string) => rmSync(join(dir, "bundle/request.json")), /lacks the failing request/],
    ["no body", edit("bundle/request.json", /,\s*"body": \{[^}]*\}/, ""), /forensics: \{ bodies: true \}/],
    ["no entry", edit("incident.json", /,\s*"entry": "[^"]*"/, ""), /the file that the service was started with/],
  ])("because it has %s says so, and leaves nothing behind", (_name, change, message) => {
    const dir = incident(change);
    expect(() => writeRepro(dir)).toThrow(
      expect.objectContaining({ code: "SOP_ERR_LAB", message: expect.stringMatching(message) }),
    );
    expect(existsSync(join(dir, "repro"))).toBe(false);
  });

  it("because it is none says so", async () => {
    expect(() => writeRepro("/nowhere")).toThrow(expect.objectContaining({ code: "SOP_ERR_OPTION" }));
    await expect(runRepro("/nowhere")).rejects.toThrow(/has no repro\.test\.ts: write it first/);
  });

  it("because its service does not start is a failed test, that names why", async () => {
    const dir = incident(edit("incident.json", /"entry": "[^"]*"/, '"entry": "/nowhere/server.js"'));
    writeRepro(dir);
    const { passed, failures } = await runRepro(dir);
    expect(passed).toBe(false);
    expect(failures.join()).toMatch(/entry: got ".*nowhere\/server\.js", expected a file/);
  });

  it("because its test is broken is an error, that names why", async () => {
    const dir = incident(() => {});
    writeFileSync(writeRepro(dir).test, "this is no test");
    await expect(runRepro(dir)).rejects.toMatchObject({ code: "SOP_ERR_LAB" });
  });

  it("because nobody waits for it any more ends", async () => {
    const dir = incident(() => {});
    writeRepro(dir);
    const abort = new AbortController();
    const run = runRepro(dir, { signal: abort.signal });
    abort.abort(new Error("not any more"));
    await expect(run).rejects.toThrow("not any more");
  });
});
