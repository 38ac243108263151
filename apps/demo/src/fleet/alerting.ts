import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts, startServer, whyNot } from "./server-process.ts";

/** A Prometheus or an Alertmanager on loopback. */
export interface AlertServer {
  readonly url: string;
  readonly port: number;
  /** Ends it. Its files stay, so that it can be started again with what it knew. */
  stop(): Promise<void>;
}

/** What an Alertmanager is started with. */
export interface AlertmanagerStart {
  /** Its own directory; its files and its log are there. */
  readonly dir: string;
  /** Its configuration, as `sop alertmanager` prints it. */
  readonly config: string;
  /** Default: any that is free. */
  readonly port?: number;
}

/** What a Prometheus is started with. */
export interface PrometheusStart {
  readonly dir: string;
  /** Rule files, as `sop rules` prints them. */
  readonly rules: readonly string[];
  /** What is scraped: `127.0.0.1:9320` of each instance, by its job. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
  /** Addresses of Alertmanagers, such as `127.0.0.1:9093`. */
  readonly alertmanagers: readonly string[];
  /** How often it scrapes and evaluates its rules, in seconds. */
  readonly every: number;
}

const ALERTMANAGERS = ["prometheus-alertmanager", "alertmanager"];

/** Why they cannot run here and what helps, or `undefined` where they can. */
export function alertingMissing(): string | undefined {
  const reason =
    whyNot("prometheus") ?? (alertmanagerCommand() === undefined ? "no Alertmanager is on the PATH" : undefined);
  if (reason === undefined) return undefined;
  return (
    `alerts: Prometheus and Alertmanager are needed (${reason}). ` +
    "On Debian and Ubuntu, `apt-get install prometheus prometheus-alertmanager` brings them"
  );
}

/** Starts an Alertmanager; done when it is ready. Throws where it is not in time, with the place of its log. */
export async function startAlertmanager(start: AlertmanagerStart, signal: AbortSignal): Promise<AlertServer> {
  const { dir, config } = start;
  const port = start.port ?? (await freePort());
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "alertmanager.yaml"), config);
  const args = [
    ...["--config.file", join(dir, "alertmanager.yaml"), "--storage.path", join(dir, "data")],
    // One alone: no port for others of its kind.
    ...["--web.listen-address", `127.0.0.1:${port}`, "--cluster.listen-address="],
  ];
  return started(alertmanagerCommand() ?? "alertmanager", args, dir, port, signal);
}

/**
 * Starts a Prometheus; done when it has numbers of all that it scrapes, so that it sees whatever changes from then on. Throws where that is not in time, with
 * the place of its log.
 */
export async function startPrometheus(start: PrometheusStart, signal: AbortSignal): Promise<AlertServer> {
  const { dir, rules, targets, alertmanagers, every } = start;
  const port = await freePort();
  mkdirSync(dir, { recursive: true });
  rules.forEach((text, i) => {
    writeFileSync(join(dir, `rules-${i}.yaml`), text);
  });
  // JSON is YAML.
  const config = {
    global: { scrape_interval: `${every}s`, evaluation_interval: `${every}s` },
    rule_files: ["rules-*.yaml"],
    alerting: { alertmanagers: [{ static_configs: [{ targets: alertmanagers }] }] },
    scrape_configs: Object.entries(targets).map(([job, of]) => ({ job_name: job, static_configs: [{ targets: of }] })),
  };
  writeFileSync(join(dir, "prometheus.yaml"), JSON.stringify(config));
  const args = [
    ...["--config.file", join(dir, "prometheus.yaml"), "--storage.tsdb.path", join(dir, "data")],
    ...["--web.listen-address", `127.0.0.1:${port}`],
  ];
  return started("prometheus", args, dir, port, signal, async (url) => {
    const answer = await fetch(`${url}/api/v1/query?query=up%3D%3D1`, { signal: AbortSignal.timeout(1_000) });
    const { data } = (await answer.json()) as { readonly data: { readonly result: readonly unknown[] } };
    return data.result.length >= Object.values(targets).flat().length;
  });
}

async function isReady(url: string): Promise<boolean> {
  return (await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(1_000) })).ok;
}

async function started(
  command: string,
  args: readonly string[],
  dir: string,
  port: number,
  signal: AbortSignal,
  isThere: (url: string) => Promise<boolean> = isReady,
): Promise<AlertServer> {
  const url = `http://127.0.0.1:${port}`;
  const ready = (): Promise<boolean> => isThere(url);
  const stop = await startServer({ command, args, log: join(dir, `${command}.log`), ready }, signal);
  return { url, port, stop };
}

function alertmanagerCommand(): string | undefined {
  return ALERTMANAGERS.find((command) => whyNot(command) === undefined);
}

async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
