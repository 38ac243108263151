import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

const cli = join(import.meta.dirname, "../../packages/cli/dist/main.js");

/** A message that a receiver got, when, and what it says. */
export interface Message {
  readonly path: string | undefined;
  readonly at: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of several kinds.
  readonly body: any;
}

/** Stands for Slack and for any other receiver of webhooks. */
export async function receiver() {
  const messages: Message[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    messages.push({ path: request.url, at: Date.now(), body: JSON.parse(String(Buffer.concat(chunks))) });
    response.end("ok");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  /** Names of alerts in messages of that state to the webhook, each as often as it came. */
  const heard = (status: "firing" | "resolved"): string[] =>
    messages
      .filter(({ path }) => path === "/webhook")
      .flatMap(({ body }) => body.alerts)
      .filter((alert) => alert.status === status)
      .map(({ labels }) => [labels.alertname, labels.breaker].filter(Boolean).join(" "));
  return { url: `http://127.0.0.1:${port}`, messages, heard };
}

/** A directory of this test's own. */
export function ownDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), "sop-alerts-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** What `sop` prints. */
export function sop(...args: readonly string[]): string {
  return String(execFileSync(process.execPath, [cli, ...args]));
}

/** A `sop.yaml` that has alerts sent to `alertmanager`, where one is named, and people told at `receiver`. */
export function configure(
  dir: string,
  { receiver, plane, alertmanager }: { receiver: string; plane?: string; alertmanager?: string },
): string {
  const path = join(dir, "sop.yaml");
  writeFileSync(join(dir, "slack-url"), `${receiver}/slack`);
  const config = {
    service: "orders",
    incidents: { quiet: "1h" },
    alerts: {
      ...(alertmanager && { alertmanager: { url: alertmanager, repeat: "1s", hold: "2s", maxBackoff: "1s" } }),
      notify: {
        slack: { apiUrlFile: join(dir, "slack-url"), channel: "#on-call" },
        webhook: { url: `${receiver}/webhook` },
        ...(plane && { timeline: { url: plane, tokenFile: join(dir, "token") } }),
        groupWait: "1s",
        groupInterval: "1s",
      },
    },
  };
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** Starts the service with that configuration; its incidents are below `dir`. */
export async function startService(dir: string, config: string) {
  const incidents = join(dir, "incidents");
  mkdirSync(incidents, { recursive: true });
  const child = spawn(process.execPath, [join(import.meta.dirname, "service.mjs")], {
    cwd: dir,
    env: { PATH: process.env["PATH"], SOP_CONFIG: config, SOP_DIR: incidents },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const end = async (signal: NodeJS.Signals = "SIGKILL"): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  onTestFinished(() => end());
  const lines = createInterface(child.stdout);
  // Beside it are lines of the log.
  const listening = new Promise<string>((resolve) => {
    lines.on("line", (line) => line.startsWith('{"url"') && resolve(line));
  });
  const started = await Promise.race([listening, ended.then(() => undefined)]);
  if (started === undefined) throw new Error("the service ended before it listened");
  const { url, admin, token } = JSON.parse(started) as { url: string; admin: string; token: string };
  writeFileSync(join(dir, "token"), token, { mode: 0o600 });
  const call = async (path: string): Promise<number> => (await fetch(`${url}${path}`)).status;
  return { url, admin, token, incidents, call, end };
}
