import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A server of its own, on loopback, that keeps nothing. */
export interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

/** A Prometheus that scrapes `target` each second as job `direct`, and takes what is written to it. */
export function startPrometheus(target: string): Promise<Server> {
  return start(/Server is ready to receive web requests/, (dir, port) => {
    const config = join(dir, "prometheus.yml");
    writeFileSync(
      config,
      `scrape_configs: [{ job_name: direct, scrape_interval: 1s, static_configs: [{ targets: ["${target}"] }] }]`,
    );
    const listen = `--web.listen-address=127.0.0.1:${port}`;
    const data = `--storage.tsdb.path=${join(dir, "data")}`;
    return ["prometheus", `--config.file=${config}`, data, listen, "--web.enable-remote-write-receiver"];
  });
}

/** A Collector that writes what it gets over OTLP to Prometheus. */
export function startCollector(binary: string, prometheus: string): Promise<Server> {
  return start(/Everything is ready/, (dir, port) => {
    const config = join(dir, "collector.yaml");
    writeFileSync(
      config,
      `
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" } } } }
exporters: { prometheusremotewrite: { endpoint: "${prometheus}/api/v1/write" } }
service:
  telemetry: { metrics: { level: none } }
  pipelines: { metrics: { receivers: [otlp], exporters: [prometheusremotewrite] } }
`,
    );
    return [binary, `--config=${config}`];
  });
}

/** Starts `command` on a free port and waits until it says `ready`. */
async function start(ready: RegExp, command: (dir: string, port: number) => string[]): Promise<Server> {
  const dir = mkdtempSync(join(tmpdir(), "sop-collector-"));
  const port = await freePort();
  const [program = "", ...args] = command(dir, port);
  const child: ChildProcess = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "exit");
  let said = "";
  const isReady = new Promise<true>((resolve) => {
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on("line", (line) => {
      if (said.length < 10_000) said += `${line}\n`;
      if (ready.test(line)) resolve(true);
    });
  });
  const isUp = await Promise.race([isReady, ended.then(() => false)]);
  if (!isUp) throw new Error(`${program} ended before it was ready:\n${said}`);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}
