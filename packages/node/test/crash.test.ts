import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { listIncidents, markStep, readIncident } from "../src/forensics.ts";
import { filesBelow, readJson, temporaryDirectory } from "./support/files.ts";
import { sendRaw } from "./support/service.ts";

async function start() {
  const dir = temporaryDirectory();
  const child = fork(join(import.meta.dirname, "server.mjs"), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execPath: process.env["SOP_CONFORMANCE_NODE"] ?? process.execPath,
    cwd: dir,
    env: {
      ...process.env,
      SOP_DIR: join(dir, "incidents"),
      SOP_VERSION_COMMIT: "c0ffee",
      SOP_VERSION_IMAGE: "sha256:abc",
    },
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const exited = once(child, "exit").then(([code]) => code as number);
  const [port] = (await once(child, "message")) as [number];
  return { port, exited, dir: join(dir, "incidents") };
}

function theOnly(dir: string): string {
  const [found, ...others] = listIncidents(dir);
  expect(others).toEqual([]);
  return found?.dir ?? "";
}

const PART = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\nhalf of a file';
const HEAD = "Host: a\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000\r\n\r\n";

describe("a crash", () => {
  it("by an upload that was cut is on disk when the process is gone, with exactly what was received", async () => {
    const { port, exited, dir } = await start();
    await sendRaw(port, `POST /cut HTTP/1.1\r\n${HEAD}${PART}`, { cut: true });
    expect(await exited).toBe(1);

    const incident = theOnly(dir);
    const { trigger, timeline, process: started, request } = readIncident(incident);
    expect(trigger).toMatchObject({ kind: "uncaughtException", message: "Unexpected end of form", route: "/cut" });
    expect(timeline.map(({ step }) => step)).toEqual(["contained", "recorded", "diagnosed"]);
    expect(started.entry).toBe(join(import.meta.dirname, "server.mjs"));
    expect(readJson(incident, String(request))).toMatchObject({
      method: "POST",
      path: "/cut",
      headers: [
        ["Host", "a"],
        ["Content-Type", "multipart/form-data; boundary=x"],
        ["Content-Length", "9000"],
      ],
      body: { bytes: PART.length, received: PART.length, complete: false, end: "cut" },
    });
    const body = Buffer.from(readFileSync(join(incident, "bundle/request.body"), "utf8"), "base64");
    expect(body.toString()).toBe(PART);
    expect(readJson(incident, "diagnosis.json")).toMatchObject({ root_cause: "crash.uncaught", verdict: "confirmed" });
    expect(readJson(incident, "bundle/manifest.json")).toMatchObject({ commit: "c0ffee", image: "sha256:abc" });
    expect(filesBelow(incident).filter((name) => /tmp|lock/.test(name))).toEqual([]);
  });

  it("while the body is still coming has what was there by then", async () => {
    const { port, exited, dir } = await start();
    const answer = await sendRaw(port, `POST /middle HTTP/1.1\r\n${HEAD}${PART}`);
    expect(answer).toContain("503");
    expect(await exited).toBe(1);
    const { body } = readJson(theOnly(dir), "bundle/request.json");
    expect(body).toMatchObject({ received: PART.length, complete: false, end: "open" });
  });

  it("by a rejection that nobody handles is recorded as one", async () => {
    const { port, exited, dir } = await start();
    await sendRaw(port, "GET /reject HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(await exited).toBe(1);
    const incident = theOnly(dir);
    expect(readIncident(incident).trigger).toMatchObject({ kind: "unhandledRejection", type: "RangeError" });
    expect(readJson(incident, "diagnosis.json").root_cause).toBe("crash.unhandled_rejection");
  });
});

describe("steps that several processes note at once", () => {
  it("are all kept", async () => {
    const { port, exited, dir } = await start();
    await sendRaw(port, "GET /reject HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await exited;
    const incident = theOnly(dir);
    const marker = new URL("./marker.mjs", import.meta.url);
    const children = ["mitigated", "reproduced"].flatMap((step) => [1, 2, 3].map(() => fork(marker, [incident, step])));
    for (const code of await Promise.all(children.map(async (child) => (await once(child, "exit"))[0]))) {
      expect(code).toBe(0);
    }
    const { timeline } = readIncident(incident);
    expect(timeline.map(({ step }) => step).sort()).toEqual([
      "contained",
      "diagnosed",
      "mitigated",
      "recorded",
      "reproduced",
    ]);
    expect(markStep(incident, "mitigated", "too late").timeline).toEqual(timeline);
  });
});
