import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

/** A real Prometheus on loopback that scrapes one target each second. */
export class Prometheus {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #dir: string;

  private constructor(url: string, child: ChildProcess, dir: string) {
    this.url = url;
    this.#child = child;
    this.#dir = dir;
  }

  static async start(target: string): Promise<Prometheus> {
    const dir = mkdtempSync(join(tmpdir(), "sop-prometheus-"));
    const config = {
      global: { scrape_interval: "1s", scrape_timeout: "1s" },
      scrape_configs: [{ job_name: "shop", static_configs: [{ targets: [target] }] }],
    };
    // JSON is YAML.
    writeFileSync(join(dir, "prometheus.yml"), JSON.stringify(config));
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(
      "prometheus",
      [
        `--config.file=${join(dir, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(dir, "data")}`,
        `--web.listen-address=${address}`,
        "--enable-feature=exemplar-storage",
        "--log.level=error",
      ],
      { stdio: "ignore" },
    );
    const started = new Prometheus(`http://${address}`, child, dir);
    await started.until(async () => (await fetch(`${started.url}/-/ready`)).ok);
    return started;
  }

  /** The answer of its HTTP API, or what it says is wrong. */
  async ask<T>(path: string, parameters: Readonly<Record<string, string>>): Promise<T> {
    const answer = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const { status, data, error } = (await answer.json()) as { status: string; data: T; error?: string };
    if (status !== "success") throw new Error(`${JSON.stringify(parameters)}: ${error}`);
    return data;
  }

  /** Waits until `holds`, at most half a minute. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 150; i++) {
      if (await holds().catch(() => false)) return;
      await setTimeout(200);
    }
    throw new Error("Prometheus does not come to it");
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await once(this.#child, "exit");
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await once(server.close(), "close");
  return port;
}
