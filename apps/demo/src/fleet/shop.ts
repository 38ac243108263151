import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FLAG, type FlagSource, type SourceName } from "./flag-source.ts";
import { ServiceProcess } from "./service-process.ts";

/** The running shop. */
export interface Shop {
  readonly gateway: ServiceProcess;
  readonly catalog: ServiceProcess;
  /** Where the incidents of its services are. */
  readonly incidents: string;
  readonly logs: string;
  /** What holds the catalog's flag; its layer of flags is called the same. */
  readonly source: SourceName;
  stop(): Promise<void>;
}

/** The catalog's: after a crash, uploads are kept as they came until none has happened for a while. */
const CONFIG = `service: catalog
rules:
  - name: CrashedOnce
    when: { metric: crashes, atLeast: 1, window: 10m }
    set: { ${FLAG}: false }
    recover: { after: 5m, steps: [10, 50, 100] }
`;

const built = join(import.meta.dirname, "../../dist/services");

/**
 * Starts the four services, each a process of its own, with their files below `dir`; what was there before is removed. The catalog has
 * its flag from `source`.
 */
export async function openShop(dir: string, source: FlagSource): Promise<Shop> {
  const logs = join(dir, "logs");
  const incidents = join(dir, "incidents");
  const config = join(dir, "sop.yaml");
  // Only what is the shop's own: whoever names a directory of theirs loses nothing else.
  for (const own of [logs, incidents, config]) rmSync(own, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  writeFileSync(config, CONFIG + source.config);

  const running: ServiceProcess[] = [];
  const start = async (name: string, env: Readonly<Record<string, string>>): Promise<ServiceProcess> => {
    const service = new ServiceProcess({
      entry: join(built, `${name}.js`),
      env: { SOP_DIR: incidents, ...env },
      log: join(logs, `${name}.log`),
    });
    running.push(service);
    await service.start();
    return service;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((service) => service.stop()));
  };

  try {
    const [catalog, accounts] = await Promise.all([start("catalog", { SOP_CONFIG: config }), start("accounts", {})]);
    const urls = { CATALOG_URL: catalog.url, ACCOUNTS_URL: accounts.url };
    const orders = await start("orders", urls);
    const gateway = await start("gateway", { ...urls, ORDERS_URL: orders.url });
    return { gateway, catalog, incidents, logs, source: source.name, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
