import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { listIncidents } from "../../src/forensics/incident-file.ts";
import { readJson, temporaryDirectory } from "../support/files.ts";
import { startService } from "./child.ts";

const WAIT = { timeout: 8_000, interval: 50 };

function incidentsIn(dir: string) {
  return listIncidents(join(dir, "incidents"));
}

describe.each(["SIGUSR2", "SIGQUIT"] as const)("%s", (signal) => {
  it("has what is in flight told on standard error and recorded, and the service goes on", async () => {
    const dir = temporaryDirectory();
    const service = await startService(dir);
    const abort = new AbortController();
    const url = `${service.url}/hang?token=hunter22`;
    fetch(url, { signal: abort.signal, headers: { "x-request-id": "it-hangs" } }).catch(() => {});
    await vi.waitFor(async () => expect(await (await fetch(`${service.url}/work`)).text()).toBe("ok"));
    service.child.kill(signal);
    await vi.waitFor(() => expect(service.stderr()).toMatch(/ s {2}opened {5}GET \/hang {2}it-hangs\n/), WAIT);
    expect(service.stderr()).toMatch(
      new RegExp(`^sop: ${signal} at .*: shop, process ${service.child.pid}, serving`, "m"),
    );
    expect(service.stderr()).not.toContain("hunter22");
    await vi.waitFor(() => expect(incidentsIn(dir)).toMatchObject([{ trigger: { kind: `signal: ${signal}` } }]), WAIT);
    const path = incidentsIn(dir)[0]?.dir ?? "";
    expect(readJson(path, "bundle/requests.json")).toMatchObject({ requests: [{ route: "/hang", id: "it-hangs" }] });
    expect(await (await fetch(`${service.url}/work`)).text()).toBe("ok");
    service.child.kill(signal);
    await vi.waitFor(() => expect(service.stderr()).toContain("no snapshot, the last one is not 10 s old"), WAIT);
    expect(service.stderr().match(/requests in flight/g)).toHaveLength(1);
    abort.abort();
  });
});

it("a user's own handlers are called as well", async () => {
  const service = await startService(temporaryDirectory(), { OWN_HANDLERS: "1" });
  service.child.kill("SIGUSR2");
  await vi.waitFor(() => expect(service.stderr()).toContain("own handler of SIGUSR2"), WAIT);
  expect(service.stderr()).toContain("requests in flight: 0");
});

it("SIGABRT leaves an incident, and the process ends by it", async () => {
  const dir = temporaryDirectory();
  const service = await startService(dir);
  service.child.kill("SIGABRT");
  expect(await service.exited).toEqual([null, "SIGABRT"]);
  expect(incidentsIn(dir)).toMatchObject([{ trigger: { kind: "signal: SIGABRT" } }]);
  expect(service.stderr()).toContain("sop: SIGABRT at");
});

it("a signal that is not wanted does what it always did", async () => {
  const options = { OPTIONS: JSON.stringify({ flight: { snapshotSignals: ["SIGQUIT"] } }) };
  const service = await startService(temporaryDirectory(), options);
  service.child.kill("SIGUSR2");
  expect(await service.exited).toEqual([null, "SIGUSR2"]);
});

it("an end for want of memory leaves Node's own report, without the environment", async () => {
  const dir = temporaryDirectory();
  const service = await startService(dir, { SECRET_OF_MINE: "hunter22" }, ["--max-old-space-size=40"]);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await fetch(`${service.url}/oom`);
  expect((await service.exited)[1]).toBe("SIGABRT");
  await startService(dir);
  await vi.waitFor(() => expect(incidentsIn(dir)).toHaveLength(1), WAIT);
  const path = incidentsIn(dir)[0]?.dir ?? "";
  if (process.report && "excludeEnv" in process.report) {
    const report = readJson(path, "bundle/report.json");
    expect(report.header).toMatchObject({ trigger: "OOMError", processId: service.child.pid });
    expect(JSON.stringify(report)).not.toContain("hunter22");
  }
  expect(readJson(path, "diagnosis.json")).toMatchObject({ root_cause: "crash.oom" });
});
