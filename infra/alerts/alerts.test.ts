import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { alertingMissing, startAlertmanager, startPrometheus } from "../../apps/demo/src/fleet/alerting.ts";
import { listIncidents } from "../../packages/node/src/forensics.ts";
import { configure, ownDirectory, receiver, sop, startService } from "./scene.ts";

const reason = alertingMissing();
if (reason) console.log(`skipped: ${reason}`);

/** How long Alertmanager is down, in milliseconds. */
const DOWN = Number(process.env["SOP_ALERTS_DOWN"] ?? 60_000);
const PATIENCE = { timeout: 20_000, interval: 20 };

/** An alert as Alertmanager's API gives it. */
interface Known {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: string };
}

/** Steps of the timeline of the one incident there is, as they are on disk. */
function alerted(incidents: string): string[] {
  const [incident] = listIncidents(incidents);
  return incident?.timeline.filter(({ step }) => step === "alerted").map(({ detail }) => detail) ?? [];
}

describe.skipIf(reason)("with a real Prometheus and a real Alertmanager", { timeout: 60_000 + DOWN }, () => {
  it("a fault reaches the receiver within one evaluation and group_wait, and comes back into the incident", async () => {
    const dir = ownDirectory();
    const { signal } = new AbortController();
    const people = await receiver();
    const service = await startService(dir, configure(dir, { receiver: people.url }));
    const config = configure(dir, { receiver: people.url, plane: service.admin });
    const manager = await startAlertmanager(
      { dir: join(dir, "am"), config: sop("alertmanager", "--config", config) },
      signal,
    );
    onTestFinished(manager.stop);
    const prometheus = await startPrometheus(
      {
        dir: join(dir, "prometheus"),
        rules: [sop("rules", "--config", config, "--job", "orders")],
        targets: { orders: [new URL(service.admin).host] },
        alertmanagers: [new URL(manager.url).host],
        every: 1,
      },
      signal,
    );
    onTestFinished(prometheus.stop);
    const known = async (): Promise<number> => {
      const query = encodeURIComponent("http_requests_in_flight + on () process_start_time_seconds");
      const answer = await fetch(`${prometheus.url}/api/v1/query?query=${query}`);
      return ((await answer.json()) as { data: { result: unknown[] } }).data.result.length;
    };
    expect(await known()).toBe(1);

    const begun = Date.now();
    for (let i = 0; i < 6; i++) expect(await service.call("/panic")).toBe(503);
    await vi.waitFor(() => expect(people.heard("firing")).toContain("SopPanicBurst"), PATIENCE);
    const message = people.messages.find(({ path }) => path === "/webhook");
    const took = (message?.at ?? 0) - begun;
    console.log(
      `a fault was at the receiver after ${(took / 1_000).toFixed(1)} s: scrapes and evaluations each 1 s, group_wait 1 s`,
    );
    // Scrape, evaluation and group_wait are a second each; a machine that is busy has as much again, and more.
    expect(took).toBeLessThan(15_000);
    const [alert] = message?.body.alerts ?? [];
    expect(alert.labels).toMatchObject({ service: "orders", severity: "critical", source: "stock" });
    expect(alert.annotations).toMatchObject({ summary: "orders: code fails in bursts", command: "sop report latest" });

    await vi.waitFor(() => expect(people.messages.some(({ path }) => path === "/slack")).toBe(true), PATIENCE);
    const slack = people.messages.find(({ path }) => path === "/slack")?.body;
    console.log(`Slack is told:\n${slack.attachments[0].title}\n${slack.attachments[0].text}`);
    expect(slack).toMatchObject({ channel: "#on-call", attachments: [{ color: "danger" }] });
    expect(slack.attachments[0].title).toBe("CRITICAL orders: SopPanicBurst");
    expect(slack.attachments[0].text).toContain("Next: `sop report latest`");
    expect(slack.attachments[0].text.length).toBeLessThan(500);

    await vi.waitFor(
      () =>
        expect(alerted(service.incidents)).toEqual([
          expect.stringMatching(/^alert SopPanicBurst fires: orders: code fails in bursts/),
        ]),
      PATIENCE,
    );
    expect(listIncidents(service.incidents).map(({ trigger }) => trigger.kind)).toEqual(["panic"]);
  });

  it("what the service sends is there at once, with the incident's id, in its timeline too; and is resolved", async () => {
    const dir = ownDirectory();
    const { signal } = new AbortController();
    const people = await receiver();
    const manager = await startAlertmanager(
      { dir: join(dir, "am"), config: sop("alertmanager", "--config", configure(dir, { receiver: people.url })) },
      signal,
    );
    const service = await startService(dir, configure(dir, { receiver: people.url, alertmanager: manager.url }));
    // The way back leads to a port that is known only now.
    await manager.stop();
    const config = sop("alertmanager", "--config", configure(dir, { receiver: people.url, plane: service.admin }));
    const again = await startAlertmanager({ dir: join(dir, "am"), config, port: manager.port }, signal);
    onTestFinished(again.stop);

    const begun = Date.now();
    await service.call("/open/redis");
    await vi.waitFor(() => expect(people.heard("firing")).toContain("SopBreakerOpen redis"), PATIENCE);
    console.log(`a breaker was at the receiver after ${Date.now() - begun} ms: group_wait 1 s`);
    await service.call("/close/redis");
    await vi.waitFor(() => expect(people.heard("resolved")).toContain("SopBreakerOpen redis"), PATIENCE);

    await service.call("/panic");
    await vi.waitFor(() => expect(people.heard("firing")).toContain("SopIncident"), PATIENCE);
    const [incident] = listIncidents(service.incidents);
    const told = people.messages.filter(({ path }) => path === "/webhook").flatMap(({ body }) => body.alerts);
    const { annotations, generatorURL } = told.find(({ labels }) => labels.alertname === "SopIncident");
    expect(annotations).toMatchObject({ incident: incident?.id, command: `sop report ${incident?.id}` });
    expect(generatorURL).toBe(service.admin);
    await vi.waitFor(() => expect(alerted(service.incidents)[0]).toContain(`incident ${incident?.id}`), PATIENCE);
    const { url } = again;
    // While the incident is known, its symptoms say nothing more.
    await service.call("/open/mongo");
    await vi.waitFor(async () => {
      const alerts = (await (await fetch(`${url}/api/v2/alerts`)).json()) as Known[];
      const mongo = alerts.find(({ labels }) => labels["breaker"] === "mongo");
      expect(mongo?.status.state).toBe("suppressed");
    }, PATIENCE);
  });

  it("an Alertmanager that is down hears of all of it, also of what was over by then and of a process that was killed", async () => {
    const dir = ownDirectory();
    const { signal } = new AbortController();
    const people = await receiver();
    const config = configure(dir, { receiver: people.url });
    const rendered = sop("alertmanager", "--config", config);
    const manager = await startAlertmanager({ dir: join(dir, "am"), config: rendered }, signal);
    configure(dir, { receiver: people.url, alertmanager: manager.url });
    let service = await startService(dir, config);
    await service.call("/open/before");
    await vi.waitFor(() => expect(people.heard("firing")).toContain("SopBreakerOpen before"), PATIENCE);
    await manager.stop();

    for (const name of ["a", "b", "c"]) await service.call(`/open/${name}`);
    for (const name of ["a", "before"]) await service.call(`/close/${name}`);
    // Whoever kills it waits until it is on disk, a moment later.
    await after(500);
    await service.end("SIGKILL");
    service = await startService(dir, config);
    await service.call("/open/d");
    await service.call("/close/d");
    await service.end("SIGTERM");
    service = await startService(dir, config);
    await after(DOWN);

    const again = await startAlertmanager({ dir: join(dir, "am"), config: rendered, port: manager.port }, signal);
    onTestFinished(again.stop);
    const back = Date.now();
    const all = ["SopBreakerOpen a", "SopBreakerOpen b", "SopBreakerOpen c", "SopBreakerOpen d", "SopDraining"];
    await vi.waitFor(() => expect(people.heard("firing")).toEqual(expect.arrayContaining(all)), PATIENCE);
    console.log(
      `after ${DOWN / 1_000} s without Alertmanager, ${all.length} of ${all.length} alerts came within ${Date.now() - back} ms`,
    );
    const ends = all.filter((name) => name !== "SopDraining");
    await vi.waitFor(() => expect(people.heard("resolved")).toEqual(expect.arrayContaining(ends)), PATIENCE);
  });

  it("the configuration holds no secret, and amtool takes it", () => {
    const dir = ownDirectory();
    const path = configure(dir, { receiver: "https://pager.test", plane: "https://127.0.0.1:9320" });
    writeFileSync(join(dir, "am.yaml"), sop("alertmanager", "--config", path));
    const { status, stdout, stderr } = spawnSync("amtool", ["check-config", join(dir, "am.yaml")]);
    expect(status, `${stdout}${stderr}`).toBe(0);
  });
});
