import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startService } from "@sop/lab";
import { listIncidents } from "@sop/node/forensics";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { run } from "../src/index.ts";

let dir: string;
let incident: string;

/** Runs a command as `sop` does; `--dir` is given unless the command is about something else. */
async function sop(...args: readonly string[]) {
  const text = { out: "", err: "" };
  const output = (name: keyof typeof text) => ({
    write(chunk: string) {
      text[name] += chunk;
    },
  });
  const terminal = { out: output("out"), err: output("err"), signal: new AbortController().signal };
  return { code: await run(args, terminal), ...text };
}

const here = (...args: readonly string[]) => sop(...args, "--dir", dir);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "sop-cli-"));
  const service = await startService(join(import.meta.dirname, "service.mjs"), { env: { SOP_DIR: dir } });
  await service.send({ method: "GET", path: "/broken?token=hunter2" });
  await service.crashed();
  await vi.waitFor(() => expect(listIncidents(dir)[0]?.timeline).toHaveLength(3), { timeout: 10_000 });
  await service.stop();
  incident = listIncidents(dir)[0]?.dir ?? "";
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("sop forensics list", () => {
  it("shows what there is, one line each", async () => {
    const { code, out } = await here("forensics", "list");
    expect(code).toBe(0);
    expect(out).toMatch(
      /^\d{8}T\d{6}Z-\w{6} {2}open {4}shop {2}uncaughtException GET \/broken {2}contained, recorded, diagnosed\n$/,
    );
  });

  it("says so where there is nothing", async () => {
    expect(await sop("forensics", "list", "--dir", join(dir, "none"))).toMatchObject({
      code: 0,
      out: "No incidents.\n",
    });
    expect(JSON.parse((await sop("forensics", "list", "--json", "--dir", join(dir, "none"))).out)).toEqual([]);
  });
});

describe("sop forensics show and verify", () => {
  it("tell of each file that it is as it was recorded, and what was left out", async () => {
    expect(await here("forensics", "verify", "latest")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+ files, all as recorded\n$/),
    });
    const { code, out } = await here("forensics", "show", "latest");
    expect(code).toBe(0);
    expect(out).toMatch(
      /^\d{8}T\d{6}Z-\w{6} of shop\nFILE +WHAT +SIZE +STATE\nbundle\/events\.ndjson +events +[\d,]+ B +intact\n/,
    );
    expect(out).toMatch(/\nwithout bundle\/core: /);
    expect(JSON.parse((await here("forensics", "show", "latest", "--json")).out)).toMatchObject({
      leftOut: expect.arrayContaining([{ file: "bundle/core", why: expect.any(String) }]),
    });
  });

  it("name what is not as it was recorded, and end with 1", async () => {
    const copy = join(dir, "copies", "tampered");
    cpSync(incident, copy, { recursive: true });
    const flags = join(copy, "bundle/flags.json");
    writeFileSync(flags, `${readFileSync(flags, "utf8")} `);
    rmSync(join(copy, "bundle/window.json"));
    const { code, out } = await sop("forensics", "verify", copy);
    expect(code).toBe(1);
    expect(out).toMatch(/^2 of \d+ files not as recorded\n/);
    expect(out).toMatch(/\nbundle\/flags\.json +flags +[\d,]+ B +changed\n/);
    expect(out).toMatch(/\nbundle\/window\.json +recorded-window +[\d,]+ B +missing\n/);
    const json = JSON.parse((await sop("forensics", "verify", copy, "--json")).out);
    expect(json.intact).toBe(false);
    rmSync(join(copy, "bundle/manifest.json"));
    expect(await sop("forensics", "verify", copy)).toMatchObject({
      code: 2,
      err: expect.stringContaining("bundle/manifest.json"),
    });
    rmSync(join(dir, "copies"), { recursive: true });
  });
});

describe("sop diagnose", () => {
  it("finds the root cause, for people and for programs", async () => {
    const { code, out } = await here("diagnose", "latest");
    expect(code).toBe(1);
    expect(out).toMatch(/root cause {3}crash\.uncaught \(confirmed\)/);
    expect(out).toMatch(/route {8}\/broken/);
    const json = await here("diagnose", "latest", "--json");
    expect(json.code).toBe(1);
    const recorded = JSON.parse(readFileSync(join(incident, "diagnosis.json"), "utf8"));
    expect(JSON.parse(json.out)).toEqual(recorded);
  });

  it("explains every step, with each class, figure and limit", async () => {
    const { code, out } = await here("diagnose", "latest", "--explain");
    expect(code).toBe(1);
    expect(out).toMatch(/^crash\.uncaught: confirmed$/m);
    expect(out).toMatch(/yes +uncaught_count +1 +>= 1/);
    expect(out).toMatch(/^memory_leak: ruled out$/m);
    expect(out).toContain("would prove it:");
    const { classes, ...rest } = JSON.parse((await here("diagnose", "latest", "--explain", "--json")).out);
    expect(rest).toMatchObject({ schema: "sop.explanation/1", root_cause: "crash.uncaught" });
    expect(classes[0].supports[0].checks[0]).toMatchObject({
      figure: "uncaught_count",
      value: 1,
      limit: 1,
      holds: true,
    });
  });

  it.each(["directory", "bundle", "id"])("takes an incident's %s", async (what) => {
    const id = incident.split("/").at(-1) ?? "";
    const given = { directory: incident, bundle: join(incident, "bundle"), id }[what] ?? "";
    expect((await here("diagnose", given)).out).toContain("crash.uncaught");
  });
});

describe("sop report", () => {
  it("prints the incident as it is now, without secrets", async () => {
    const { code, out } = await here("report", "latest");
    expect(code).toBe(0);
    expect(out).toMatch(/^# Incident \d{8}T/);
    expect(out).not.toContain("hunter2");
    const { incident: record, files } = JSON.parse((await here("report", "latest", "--json")).out);
    expect(record.schema).toBe("sop.incident/1");
    expect(files).toContain("bundle/request.json");
  });
});

describe("sop report as a file", () => {
  it("is a page and a picture, each with the incident as it is now", async () => {
    const [html, svg] = [join(dir, "it.html"), join(dir, "it.svg")];
    const { code, out } = await here("report", "latest", "--html", html, "--svg", svg);
    expect(code).toBe(0);
    expect(out).toMatch(/^wrote .*it\.html\nwrote .*it\.svg\n$/);
    expect(readFileSync(html, "utf8")).toMatch(/^<!doctype html>[\s\S]*crash\.uncaught \(confirmed\)/);
    expect(readFileSync(svg, "utf8")).toMatch(/^<svg /);
  });

  it("says so where it cannot be written", async () => {
    expect(await here("report", "latest", "--html", join(dir, "none/it.html"))).toMatchObject({
      code: 2,
      err: expect.stringContaining("cannot be written"),
    });
  });
});

describe("sop forensics pack", () => {
  it("makes one file with its checksum, which every command reads", async () => {
    const file = join(dir, "packed.tar.gz");
    const packed = await here("forensics", "pack", "latest", "--output", file, "--json");
    expect(packed.code, packed.err).toBe(0);
    const { sha256 } = JSON.parse(packed.out);
    expect(sha256).toBe(createHash("sha256").update(readFileSync(file)).digest("hex"));
    expect(await here("forensics", "pack", "latest", "--output", file)).toMatchObject({ code: 2 });
    expect(await here("forensics", "pack", "latest", "--output", file, "--force")).toMatchObject({ code: 0 });

    expect((await sop("diagnose", file)).out).toContain("crash.uncaught (confirmed)");
    expect((await sop("diagnose", file, "--explain")).out).toContain("crash.uncaught: confirmed");
    expect((await sop("report", file)).out).toMatch(/^# Incident/);
    expect((await sop("forensics", "show", file)).out).toContain("bundle/window.json");
    expect(await sop("forensics", "verify", file)).toMatchObject({ code: 0 });
    rmSync(file);
  });
});

describe("a damaged incident", () => {
  it("that is packed and cut is diagnosed as far as it goes, and what is missing is named", async () => {
    const file = join(dir, "cut.tar.gz");
    await here("forensics", "pack", "latest", "--output", file, "--force");
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, Math.floor(whole.length * 0.9)));
    const { code, err, out } = await sop("diagnose", file);
    expect(code).toBe(1);
    expect(err).toMatch(/^sop: unusable: .*: the archive is cut here/m);
    expect(out).toContain("crash.uncaught");
    expect(await sop("forensics", "verify", file)).toMatchObject({ code: 1 });
    rmSync(file);
  });

  it("of which a part was changed is diagnosed without it, for programs too", async () => {
    const copy = join(dir, "copies", "changed");
    cpSync(incident, copy, { recursive: true });
    const window = join(copy, "bundle/window.json");
    writeFileSync(window, readFileSync(window, "utf8").replace("uncaughtException", "unhandledRejection"));
    const { code, out, err } = await sop("diagnose", copy, "--json");
    expect(code).toBe(1);
    expect(err).toContain("sop: unusable: bundle/window.json: it was changed: it has");
    expect(JSON.parse(out)).toMatchObject({
      root_cause: "crash.uncaught",
      unusable: [{ file: "bundle/window.json", why: expect.stringContaining("it was changed") }],
    });
    rmSync(join(dir, "copies"), { recursive: true });
  });

  it("that is none, or is somebody else's file, is wrong usage with a sentence", async () => {
    const file = join(dir, "photo.tar.gz");
    writeFileSync(file, "a photo");
    for (const command of [["diagnose"], ["report"], ["forensics", "show"], ["forensics", "verify"]]) {
      expect(await sop(...command, file)).toMatchObject({
        code: 2,
        err: expect.stringContaining("sop forensics pack"),
      });
      expect(await sop(...command, join(dir, "none.tgz"))).toMatchObject({
        code: 2,
        err: expect.stringContaining("no file"),
      });
    }
    rmSync(file);
  });

  it("of an admin plane that is not there is unreachable", async () => {
    expect(await here("diagnose", "http://127.0.0.1:9")).toMatchObject({ code: 3 });
  });
});

describe("sop repro", () => {
  it("writes the failing test, and with --run says whether it happens again", async () => {
    const written = await here("repro", "latest", "--json");
    expect(written.code).toBe(0);
    expect(existsSync(JSON.parse(written.out).test)).toBe(true);

    const again = await here("repro", "latest", "--run");
    expect(again.code).toBe(1);
    expect(again.out).toMatch(/repro\.test\.ts fails \(\d+\.\d s\): it happens again/);
    expect(again.err).toMatch(/^running .*repro\.test\.ts\n$/);
    expect(listIncidents(dir)[0]?.timeline.at(-1)).toMatchObject({ step: "reproduced", outcome: "ok" });

    const json = await here("repro", "latest", "--run", "--json");
    expect(JSON.parse(json.out)).toMatchObject({ passed: false, failures: [expect.stringContaining("did not catch")] });
  });
});

describe("wrong usage", () => {
  it.each([
    [["diagnose"], /missing required argument 'incident'/],
    [["diagnos", "latest"], /unknown command 'diagnos'/],
    [["report", "latest", "--yaml"], /unknown option '--yaml'/],
    [["report", "nothing-like-it"], /incident: got "nothing-like-it", expected .*the newest are \d{8}T/],
    [["repro", "latest", "--alias", "a"], /alias: got "a="/],
  ])("%j is exit 2, and says what is right", async (args, message) => {
    const { code, out, err } = await sop(...args, ...(args.includes("diagnos") ? [] : ["--dir", dir]));
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toMatch(message);
  });

  it("is JSON where JSON is asked for", async () => {
    const { code, out } = await here("report", "nothing-like-it", "--json");
    expect(code).toBe(2);
    expect(JSON.parse(out).error.code).toBe("SOP_ERR_OPTION");
  });
});

describe("help", () => {
  it.each([
    ["diagnose"],
    ["report"],
    ["repro"],
    ["forensics", "list"],
    ["forensics", "take"],
    ["forensics", "show"],
    ["forensics", "verify"],
    ["forensics", "pack"],
  ])("of %s has an example", async (...command) => {
    const { code, out } = await sop(...command.filter((word) => word !== undefined), "--help");
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`Example:\n {2}sop ${command.filter(Boolean).join(" ")}`));
  });
});

it("is a command of its own", async () => {
  const main = join(import.meta.dirname, "../dist/main.js");
  const command = promisify(execFile)(process.execPath, [main, "diagnose", "latest", "--json", "--dir", dir]);
  await expect(command).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('"crash.uncaught"') });
  expect((await promisify(execFile)(process.execPath, [main, "--help"])).stdout).toMatch(/^Usage: sop/);
});
