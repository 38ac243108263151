import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { readInFlight } from "../../src/blackbox/in-flight.ts";
import { readBoxFile } from "../../src/blackbox/read-file.ts";
import { readRecords } from "../../src/blackbox/read-records.ts";
import { listIncidents } from "../../src/forensics/incident-file.ts";
import { filesBelow, temporaryDirectory } from "../support/files.ts";
import { leaksBelow, MARK } from "../support/planted.ts";
import { startService } from "./child.ts";

const WAIT = { timeout: 15_000, interval: 50 };
const token = `sk_live_${MARK}${MARK}`;
const mail = `${MARK}@example.com`;

/** A service that others are asked by, one of which never answers. */
async function flown(dir: string) {
  const other = createServer((request, response) => {
    if (request.url?.startsWith("/refuses")) response.writeHead(500, { "x-token": token }).end(mail);
  });
  await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    other.close();
    other.closeAllConnections();
  });
  const UPSTREAM = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  return startService(dir, { UPSTREAM, API_TOKEN: MARK }, [], "planted-service.mjs");
}

/** A request with secrets in every place of it. */
function ask(url: string, path: string): Promise<number> {
  const body = {
    password: MARK,
    iban: MARK,
    note: `send to ${mail}`,
    deep: [{ token: { value: MARK } }, { [mail]: 1, [token]: 2 }],
  };
  return fetch(`${url}${path}?token=${MARK}&mail=${encodeURIComponent(mail)}&q=${token}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Basic ${Buffer.from(`maria:${MARK}`).toString("base64")}`,
      cookie: `sid=${MARK}; theme=${token}`,
      "x-note": `from ${mail}`,
      "user-agent": `curl/8 (${mail})`,
    },
    body: JSON.stringify(body),
  }).then(
    ({ status }) => status,
    () => 0,
  );
}

/** The black box of the process that runs, as it is on disk. */
function boxIn(incidents: string) {
  const [name = ""] = readdirSync(join(incidents, "flight")).filter((found) => found.endsWith(".box"));
  const { box } = readBoxFile(join(incidents, "flight", name));
  return { inFlight: readInFlight(box), kinds: readRecords(box).map(({ kind }) => kind) };
}

/** Starts another one, which makes an incident of the process that is gone, or adds to one. */
async function buried(dir: string, trigger: object): Promise<void> {
  const incidents = join(dir, "incidents");
  const next = await flown(dir);
  await vi.waitFor(() => {
    expect(listIncidents(incidents)).toMatchObject([trigger]);
    expect(readdirSync(join(incidents, "flight"))).toEqual([expect.stringContaining(`-${next.child.pid}-`)]);
  }, WAIT);
  // So that nothing is written while all is read.
  await killed(next);
}

async function killed({ child, exited }: Awaited<ReturnType<typeof startService>>): Promise<void> {
  child.kill("SIGKILL");
  await exited;
}

it("of requests in flight and just answered when the process is killed, no secret is in its black box or its bundle", async () => {
  const dir = temporaryDirectory();
  const incidents = join(dir, "incidents");
  const first = await flown(dir);
  expect(await ask(first.url, "/declined")).toBe(402);
  void ask(first.url, "/hang");
  void ask(first.url, `/reset/${token}/${mail}`);
  await vi.waitFor(() => {
    const { inFlight, kinds } = boxIn(incidents);
    expect(inFlight.map(({ kind }) => kind).sort()).toEqual(["call", "call", "request", "request"]);
    expect(kinds).toEqual(expect.arrayContaining(["request", "call", "log"]));
  }, WAIT);
  await killed(first);
  expect(leaksBelow(incidents)).toEqual([]);

  await buried(dir, { trigger: { kind: "death" } });
  expect(filesBelow(listIncidents(incidents)[0]?.dir ?? "")).toEqual(
    expect.arrayContaining(["bundle/flight.ndjson", "bundle/in-flight.json", "bundle/window.json", "report.md"]),
  );
  expect(leaksBelow(incidents)).toEqual([]);
});

it("of a request whose failure is an incident that is open when the process is killed, no secret is in either", async () => {
  const dir = temporaryDirectory();
  const incidents = join(dir, "incidents");
  const first = await flown(dir);
  expect(await ask(first.url, "/pay")).toBe(503);
  await vi.waitFor(() => {
    expect(boxIn(incidents).kinds).toContain("panic");
    expect(filesBelow(listIncidents(incidents)[0]?.dir ?? "")).toEqual(
      expect.arrayContaining(["bundle/request.body", "bundle/flight.ndjson"]),
    );
  }, WAIT);
  await killed(first);
  expect(leaksBelow(incidents)).toEqual([]);

  await buried(dir, { triggers: [{ kind: "panic" }, { kind: "death" }] });
  expect(leaksBelow(incidents)).toEqual([]);
});
