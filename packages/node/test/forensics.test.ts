import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { listIncidents, readIncident } from "../src/forensics.ts";
import { everythingBelow, filesBelow, readJson } from "./support/files.ts";
import { diagnosed, recorded } from "./support/recorded.ts";
import { bodyOf, serve } from "./support/service.ts";

const SECRET = "hunter2-s3cr3t";
const fail = (): never => {
  throw new TypeError(`no such cart, token=${SECRET}`);
};

describe("an incident", () => {
  it("is a directory with the evidence, a diagnosis and a report", async () => {
    const { sop, dir } = recorded({ entry: "/app/server.js" });
    await using service = await serve(sop, fail);
    expect((await fetch(`${service.url}/upload?size=3`)).status).toBe(503);
    const incident = await diagnosed(dir);

    expect(filesBelow(incident)).toEqual([
      "bundle/events.ndjson",
      "bundle/flags.json",
      "bundle/manifest.json",
      "bundle/report.json",
      "bundle/request.json",
      "bundle/requests.json",
      "bundle/window.json",
      "diagnosis.json",
      "incident.json",
      "report.html",
      "report.md",
      "report.svg",
    ]);
    const { trigger, timeline, process: started, ...rest } = readIncident(incident);
    expect(rest).toMatchObject({ schema: "sop.incident/1", service: "shop", state: "open", triggerCount: 1 });
    expect(rest.request).toBe("bundle/request.json");
    expect(trigger).toMatchObject({ kind: "panic", type: "TypeError", method: "GET", route: "/upload" });
    expect(timeline.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      "contained ok",
      "recorded ok",
      "diagnosed ok",
    ]);
    expect(started).toMatchObject({ pid: process.pid, entry: "/app/server.js" });
    expect(readJson(incident, "diagnosis.json")).toMatchObject({ schema: "sop.diagnosis/1", root_cause: "unknown" });
    expect(readFileSync(join(incident, "report.md"), "utf8")).toContain("GET /upload");
  });

  it("names in its manifest each file with its hash, and what was left out and why", async () => {
    const { sop, dir } = recorded();
    await using service = await serve(sop, fail);
    await fetch(service.url);
    const incident = await diagnosed(dir);

    const manifest = readJson(incident, "bundle/manifest.json");
    expect(manifest).toMatchObject({ schema: "sop.bundle/1", service: "shop", runtime: { node: process.version } });
    expect(manifest.files).toHaveLength(6);
    for (const { name, bytes, sha256 } of manifest.files) {
      const content = readFileSync(join(incident, name));
      expect({ name, bytes, sha256 }).toEqual({
        name,
        bytes: content.length,
        sha256: createHash("sha256").update(content).digest("hex"),
      });
    }
    expect(manifest.leftOut).toContainEqual({
      file: "bundle/request.body",
      why: "bodies are recorded only where the option `bodies` is true",
    });
  });

  it("holds no secret of the request, of the error or of the environment", async () => {
    vi.stubEnv("DB_SETTING", SECRET);
    const { sop, dir } = recorded({ bodies: true });
    await using service = await serve(sop, async (request) => {
      await bodyOf(request);
      fail();
    });
    await fetch(`${service.url}/upload?password=${SECRET}`, {
      method: "POST",
      headers: { authorization: `Bearer ${SECRET}`, cookie: `sid=${SECRET}`, "content-type": "application/json" },
      body: JSON.stringify({ user: "a", password: SECRET }),
    });
    const incident = await diagnosed(dir);
    vi.unstubAllEnvs();

    const { headers, path, body } = readJson(incident, "bundle/request.json");
    expect(path).toBe("/upload?password=***");
    expect(Object.fromEntries(headers)).toMatchObject({ authorization: "Bearer ***", cookie: "***" });
    expect(body).toMatchObject({ masked: true, complete: true });
    const decoded = Buffer.from(readFileSync(join(incident, "bundle/request.body"), "utf8"), "base64").toString();
    expect(JSON.parse(decoded)).toEqual({ user: "a", password: "*".repeat(SECRET.length) });
    expect(everythingBelow(incident)).not.toContain(SECRET);
  });

  it("holds no secret that is told by its form, wherever in the request it was", async () => {
    const secrets = [
      "4111 1111 1111 1111",
      "maria.k@example.com",
      "AKIAIOSFODNN7EXAMPLE",
      "ghp_0123456789abcdefghijABCDEF",
    ];
    const all = secrets.join(" and ");
    const { sop, dir } = recorded({ bodies: true });
    await using service = await serve(sop, async (request) => {
      await bodyOf(request);
      await sop
        .fetch(`${service.url}/gone?about=${encodeURIComponent(all)}`, { signal: AbortSignal.abort() })
        .catch(() => {});
      throw new TypeError(`cannot charge ${all}`);
    });
    await fetch(`${service.url}/upload?note=${encodeURIComponent(all)}`, {
      method: "POST",
      headers: { "x-note": all, cookie: `note=${all}`, "content-type": "application/json" },
      body: JSON.stringify({ note: all, list: [{ deep: all }] }),
    });
    const incident = await diagnosed(dir);
    const kept = readFileSync(join(incident, "bundle/request.body"), "utf8");
    const everything = everythingBelow(incident) + Buffer.from(kept, "base64").toString();
    for (const secret of secrets) {
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(encodeURIComponent(secret));
    }
    // What else was said is there.
    expect(everything).toContain("cannot charge");
  });

  it("holds no private key, in an error of several lines or in a form", async () => {
    const key = "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END PRIVATE KEY-----";
    const { sop, dir } = recorded({ bodies: true });
    await using service = await serve(sop, async (request) => {
      await bodyOf(request);
      throw new TypeError(`cannot sign with ${key}`);
    });
    const body = new URLSearchParams({ note: key });
    await fetch(`${service.url}/sign?${body}`, { method: "POST", body });
    const incident = await diagnosed(dir);
    const kept = readFileSync(join(incident, "bundle/request.body"), "utf8");
    const everything = everythingBelow(incident) + Buffer.from(kept, "base64").toString();
    expect(everything).not.toContain("MIIEowIBAAKCAQEA");
    expect(everything).toContain("cannot sign with");
  });

  it("is joined by later failures, and closes when they are over", async () => {
    const { sop, dir } = recorded();
    await using service = await serve(sop, fail);
    await Promise.all(Array.from({ length: 5 }, () => fetch(service.url)));
    const incident = await diagnosed(dir);
    await vi.waitFor(() => expect(readIncident(incident).triggerCount).toBe(5), { timeout: 10_000 });
    expect(readJson(incident, "diagnosis.json").features).toMatchObject({ panics_count: 5, crashes_count: 0 });

    sop.dispose();
    await vi.waitFor(() => expect(readIncident(incident).state).toBe("closed"), { timeout: 10_000 });
    expect(listIncidents(dir)).toHaveLength(1);
  });

  it("that is opened by hand has no request, and says so", async () => {
    const { sop, dir } = recorded();
    sop.openIncident("drill");
    const incident = await diagnosed(dir);
    expect(readIncident(incident)).toMatchObject({ trigger: { kind: "drill" } });
    expect(existsSync(join(incident, "bundle/request.json"))).toBe(false);
    const { leftOut } = readJson(incident, "bundle/manifest.json");
    expect(leftOut).toContainEqual({ file: "bundle/request.json", why: "no request owns what failed" });
  });

  it("is on disk when the process has to go before it was written", () => {
    const { sop, dir, stop } = recorded();
    sop.openIncident("drill");
    expect(listIncidents(dir)).toEqual([]);
    stop();
    expect(listIncidents(dir)).toHaveLength(1);
  });

  it("tells of what happened before it", async () => {
    const { sop, dir } = recorded();
    await using service = await serve(sop, (request, response) => {
      if (request.url === "/down") return response.writeHead(502).end();
      return fail();
    });
    await fetch(`${service.url}/down`);
    sop.breaker("redis").forceOpen();
    await fetch(`${service.url}/broken`);
    const incident = await diagnosed(dir);
    const events = readFileSync(join(incident, "bundle/events.ndjson"), "utf8").trim().split("\n");
    expect(events.slice(0, 3).map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ event: "closed", status: 502 }),
      expect.objectContaining({ event: "breakerChanged", breaker: "redis", previous: "closed", state: "forced_open" }),
      expect.objectContaining({ event: "panicked", type: "TypeError", message: "no such cart, token=***" }),
    ]);
  });
});
