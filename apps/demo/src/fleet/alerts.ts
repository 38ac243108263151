import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type AlertServer, startAlertmanager, startPrometheus } from "./alerting.ts";
import { type OnCall, openOnCall } from "./on-call.ts";
import type { Planes } from "./planes.ts";
import { sop } from "./sop-command.ts";

/** An Alertmanager of the demo's own, who is told by it, and the Prometheus that watches the shop. */
export interface Alerts {
  readonly onCall: OnCall;
  /** The part of the catalog's sop.yaml. */
  readonly config: string;
  /** Alertmanager's page. */
  readonly url: string;
  /** Starts the Prometheus that scrapes the four services, with the rules and the stock alerts of this sop.yaml. */
  watch(config: string): Promise<void>;
  /** Names of the alerts that Alertmanager has of the catalog, also of those that it tells nobody of. */
  known(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** Seconds between two scrapes and two evaluations: a demo is short. */
const EVERY = 1;

/** Starts Alertmanager with its files in `alerts` below `dir`; what was there before is removed. Throws where it cannot be started. */
export async function openAlerts(dir: string, planes: Planes, signal: AbortSignal): Promise<Alerts> {
  const own = join(dir, "alerts");
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own, { recursive: true });
  await using opened = new AsyncDisposableStack();
  const onCall = await openOnCall();
  opened.defer(() => onCall.stop());
  const notify = `alerts:
  notify:
    webhook: { url: "${onCall.url}" }
    timeline: { url: "http://${planes.addresses.catalog}", tokenFile: ${JSON.stringify(planes.tokenFile)} }
    groupWait: 1s
    groupInterval: 1s
`;
  const asked = join(own, "notify.yaml");
  writeFileSync(asked, notify);
  const config = await sop(["alertmanager", "--config", asked], signal);
  const alertmanager = await startAlertmanager({ dir: join(own, "alertmanager"), config }, signal);
  opened.defer(() => alertmanager.stop());
  const running = opened.move();
  return {
    onCall,
    config: `${notify}  alertmanager: { url: "${alertmanager.url}" }\n`,
    url: alertmanager.url,
    async watch(path) {
      const prometheus = await startWatch(join(own, "prometheus"), path, planes, alertmanager, signal);
      running.defer(() => prometheus.stop());
    },
    async known() {
      const answer = await fetch(`${alertmanager.url}/api/v2/alerts?filter=service="catalog"`, { signal });
      const alerts = (await answer.json()) as { readonly labels: { readonly alertname: string } }[];
      return alerts.map(({ labels }) => labels.alertname);
    },
    stop: () => running.disposeAsync(),
  };
}

async function startWatch(
  dir: string,
  config: string,
  { addresses }: Planes,
  alertmanager: AlertServer,
  signal: AbortSignal,
): Promise<AlertServer> {
  const rules = await sop(["rules", "--config", config, "--job", "catalog"], signal);
  const targets = Object.fromEntries(Object.entries(addresses).map(([name, address]) => [name, [address]]));
  const alertmanagers = [new URL(alertmanager.url).host];
  return startPrometheus({ dir, rules: [rules], targets, alertmanagers, every: EVERY }, signal);
}
