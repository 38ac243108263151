import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { createSop, type Logger, OptionError } from "@sop/core";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type AlertmanagerOptions, alertmanager } from "../../src/alertmanager.ts";
import { createSop as createNodeSop } from "../../src/index.ts";
import { Authority } from "../admin/certificates.ts";
import { temporaryDirectory } from "../support/files.ts";
import { host } from "../support/service.ts";
import { receiver } from "./receiver.ts";

const soon = { timeout: 10_000, interval: 10 };

/** A service that sends its alerts as `options` say, and keeps them in a directory of its own. */
function service(options: AlertmanagerOptions, dir = temporaryDirectory()) {
  const lines: string[] = [];
  const line = (data: unknown, text?: string): void => void lines.push(JSON.stringify([text, data]));
  const logger: Logger = { debug: line, info: line, warn: line, error: line };
  const sop = createSop({ service: "shop", logger, ports: { host } });
  const queue = options.queue === undefined ? { dir: join(dir, "alerts") } : options.queue;
  const stop = alertmanager(sop, { instance: "shop-1", hold: 0, maxBackoff: "100ms", ...options, queue });
  const end = (): void => {
    sop.dispose();
    stop();
  };
  onTestFinished(end);
  return { sop, lines, end, dir: join(dir, "alerts") };
}

describe("alerts that are pushed", () => {
  test("are a breaker that is open, an incident and a drain, with what to do next", async () => {
    const there = await receiver();
    const { sop } = service({ url: `${there.url}/prefix/`, labels: { environment: "test" } });
    sop.breaker("redis").forceOpen();
    const { id } = sop.openIncident("panic");
    await vi.waitFor(() => expect(there.alerts).toHaveLength(2), soon);
    expect(there.calls.map(({ path }) => path)).toEqual(["/prefix/api/v2/alerts"]);
    const [breaker, incident] = there.alerts;
    const common = { service: "shop", instance: "shop-1", environment: "test", source: "sop" };
    expect(breaker?.labels).toEqual({ ...common, alertname: "SopBreakerOpen", breaker: "redis", severity: "warning" });
    expect(incident?.labels).toMatchObject({ alertname: "SopIncident", incident: id, severity: "critical" });
    expect(incident?.annotations).toMatchObject({ incident: id, command: `sop report ${id}` });
    expect(incident?.annotations["dir"]).toContain(id);
    sop.markIncident("diagnosed", "multer had no catcher");
    await vi.waitFor(() => expect(there.alerts.at(-1)?.annotations["description"]).toBe("multer had no catcher"), soon);
    void sop.drain("SIGTERM");
    await vi.waitFor(
      () => expect(there.alerts.map(({ labels }) => labels["alertname"])).toContain("SopDraining"),
      soon,
    );
  });

  test("are resolved when the breaker closes and when the incident is over", async () => {
    const there = await receiver();
    const { sop, dir } = service({ url: there.url });
    sop.breaker("redis").forceOpen();
    await vi.waitFor(() => expect(there.alerts).toHaveLength(1), soon);
    sop.breaker("redis").close();
    await vi.waitFor(() => expect(there.alerts).toHaveLength(2), soon);
    expect(Date.parse(there.alerts[1]?.endsAt ?? "")).toBeLessThanOrEqual(Date.now());
    await vi.waitFor(() => expect(readdirSync(dir)).toEqual([]), soon);
  });

  test("go to each of several Alertmanagers, also where one of them is down", async () => {
    const down = await receiver();
    const there = await receiver();
    await down.stop();
    const { sop, lines } = service({ urls: [down.url, there.url] });
    sop.breaker("redis").forceOpen();
    await vi.waitFor(() => expect(there.alerts).toHaveLength(1), soon);
    await vi.waitFor(() => expect(lines.join()).toContain("alerts are not taken"), soon);
    const back = await receiver(undefined, down.port);
    await vi.waitFor(() => expect(back.alerts).toHaveLength(1), soon);
    expect(lines.join()).toContain("alerts are taken again");
    expect(lines.filter((line) => line.includes("alerts are not taken"))).toHaveLength(1);
  });

  test("wait for an Alertmanager that answers with an error, and leave out one that it refuses", async () => {
    let answers = 0;
    const there = await receiver((alerts) => {
      if (answers++ < 2) return 503;
      return alerts.some(({ labels }) => labels["breaker"] === "bad") ? 400 : 200;
    });
    const { sop, lines } = service({ url: there.url });
    for (const name of ["a", "bad", "b"]) sop.breaker(name).forceOpen();
    await vi.waitFor(() => expect(there.alerts.map(({ labels }) => labels["breaker"])).toEqual(["a", "b"]), soon);
    expect(lines.filter((line) => line.includes("an alert is refused"))).toHaveLength(1);
  });

  test("carry a token or a password, of which no line of the log and no error tells", async () => {
    const there = await receiver();
    const ways = [{ token: "s3cret-t" }, { username: "sop", password: "s3cret-p" }];
    for (const [i, credentials] of ways.entries()) {
      const { sop, lines, end } = service({ url: there.url, ...credentials });
      sop.breaker("redis").forceOpen();
      await vi.waitFor(() => expect(there.calls).toHaveLength(i + 1), soon);
      end();
      expect(lines.join()).not.toContain("s3cret");
    }
    expect(there.calls.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer s3cret-t",
      `Basic ${Buffer.from("sop:s3cret-p").toString("base64")}`,
    ]);
    const wrong = (): unknown => service({ url: there.url, token: "s3cret-t", username: "s3cret-t" });
    expect(wrong).toThrow(OptionError);
    expect(wrong).not.toThrow(/s3cret/);
  });

  test("go over TLS with a certificate of their own, to whom the authority vouches for and to nobody else", async () => {
    const [authority, other] = [new Authority(), new Authority()];
    const { tls } = authority;
    const [cert, key, ca] = [tls.cert, tls.key, tls.ca].map((file) => readFileSync(file));
    const peers: unknown[] = [];
    const server = createTlsServer(
      { cert, key, ca, requestCert: true, rejectUnauthorized: true } as object,
      (request, response) => {
        peers.push((request.socket as TLSSocket).getPeerCertificate().subject.CN);
        request.resume().on("end", () => response.end());
      },
    );
    await once(server.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const files = (of: Authority) => ({
      certFile: join(authority.dir, "alice.crt"),
      keyFile: join(authority.dir, "alice.key"),
      caFile: of.tls.ca,
    });
    const wary = service({ url, tls: files(other) });
    wary.sop.breaker("redis").forceOpen();
    await vi.waitFor(() => expect(wary.lines.join()).toContain("alerts are not taken"), soon);
    expect(peers).toEqual([]);
    service({ url, tls: files(authority) })
      .sop.breaker("redis")
      .forceOpen();
    await vi.waitFor(() => expect(peers).toEqual(["alice"]), soon);
  });

  test("of a process that is gone are sent by the next one, and end with it", async () => {
    const down = await receiver();
    await down.stop();
    const dir = temporaryDirectory();
    const first = service({ url: down.url, hold: "150ms", repeat: "100ms" }, dir);
    first.sop.breaker("redis").forceOpen();
    first.sop.breaker("redis").close();
    first.sop.openIncident("panic");
    first.end();
    const there = await receiver(undefined, down.port);
    service({ url: there.url, hold: "150ms", repeat: "100ms" }, dir);
    await vi.waitFor(() => expect(there.alerts).toHaveLength(2), soon);
    for (const { startsAt, endsAt } of there.alerts) expect(endsAt > startsAt).toBe(true);
  });

  test("of a process that lives are left to it", async () => {
    const there = await receiver();
    const dir = temporaryDirectory();
    mkdirSync(join(dir, "alerts"));
    const one = { labels: { alertname: "Other" }, annotations: {}, startsAt: 1, told: {}, version: 1 };
    const text = JSON.stringify({ schema: "sop.alerts/1", alerts: [one] });
    const file = join(dir, "alerts", `shop.${hostname().replace(/[^\w-]/g, "_")}.${process.ppid}.json`);
    writeFileSync(file, text);
    const { sop } = service({ url: there.url }, dir);
    sop.breaker("redis").forceOpen();
    await vi.waitFor(() => expect(there.alerts.map(({ labels }) => labels["breaker"])).toEqual(["redis"]), soon);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test("of a damaged file are lost, which is said, and cost nothing else", async () => {
    const there = await receiver();
    const dir = temporaryDirectory();
    mkdirSync(join(dir, "alerts"));
    const name = `shop.${hostname().replace(/[^\w-]/g, "_")}.${process.pid}.json`;
    writeFileSync(join(dir, "alerts", name), '{"schema":"sop.alerts/1","alerts":[{"labels":{"a":1}');
    const { sop, lines } = service({ url: there.url }, dir);
    expect(lines.join()).toContain("alerts of an earlier process are lost");
    sop.breaker("redis").forceOpen();
    await vi.waitFor(() => expect(there.alerts).toHaveLength(1), soon);
  });

  test("are sent all the same where the disk takes nothing, which is said once", async () => {
    const there = await receiver();
    const dir = temporaryDirectory();
    writeFileSync(join(dir, "alerts"), "a file where the directory would be");
    const { sop, lines } = service({ url: there.url }, dir);
    sop.breaker("a").forceOpen();
    await vi.waitFor(() => expect(there.alerts).toHaveLength(1), soon);
    sop.breaker("b").forceOpen();
    await vi.waitFor(() => expect(there.alerts).toHaveLength(2), soon);
    expect(lines.filter((line) => line.includes("cannot be kept on disk"))).toHaveLength(1);
  });

  test("are on disk for their owner only while nobody takes them", async () => {
    const down = await receiver();
    await down.stop();
    const { sop, dir } = service({ url: down.url });
    sop.breaker("redis").forceOpen();
    await vi.waitFor(() => {
      const [name = ""] = readdirSync(dir).filter((found) => found.endsWith(".json"));
      expect(JSON.parse(readFileSync(join(dir, name), "utf8")).alerts).toHaveLength(1);
    }, soon);
  });

  test("hold a drain up for no longer than `flush`, with an Alertmanager that never answers", async () => {
    const silent = await receiver(() => 200);
    const hung = await receiver();
    await hung.stop();
    const { createServer } = await import("node:net");
    const server = createServer(() => {}).listen(hung.port, "127.0.0.1");
    onTestFinished(() => void server.close());
    const { sop } = service({ urls: [hung.url, silent.url], flush: "100ms" });
    sop.breaker("redis").forceOpen();
    await sop.drain("test");
    expect(sop.state).toBe("drained");
    expect(silent.alerts.map(({ labels }) => labels["alertname"])).toContain("SopBreakerOpen");
  });
});

describe("createSop's alerts", () => {
  test("are off without a URL, and on by the environment's", async () => {
    const there = await receiver();
    const dir = temporaryDirectory();
    const make = (alerts?: object) =>
      createNodeSop({
        service: "shop",
        logLevel: "silent",
        config: false,
        troubleshoot: false,
        forensics: { dir },
        alerts,
      });
    make({ notify: {} }).dispose();
    expect(readdirSync(dir)).toEqual([]);
    vi.stubEnv("SOP_ALERTMANAGER_URL", there.url);
    const sop = make();
    vi.unstubAllEnvs();
    onTestFinished(() => sop.dispose());
    sop.breaker("redis").forceOpen();
    await vi.waitFor(() => expect(there.alerts).toHaveLength(1), soon);
  });

  test("refuse what is wrong, with its path", () => {
    const make = (alerts: object) => () =>
      createNodeSop({ service: "shop", config: false, troubleshoot: false, alerts });
    expect(make({ alertmanager: { url: "ftp://x", repeat: "1s", hold: "1m" } })).toThrow(/alerts\.alertmanager\.hold/);
    expect(make({ alertmanagers: {} })).toThrow(/alerts\.alertmanagers/);
  });
});
