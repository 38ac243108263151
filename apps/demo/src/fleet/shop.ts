import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FLAG, type FlagSource, type SourceName } from "./flag-source.ts";
import type { Planes, ServiceName } from "./planes.ts";
import { ServiceProcess } from "./service-process.ts";

/** The running shop. */
export interface Shop {
  readonly gateway: ServiceProcess;
  readonly catalog: ServiceProcess;
  /** Where the incidents of the catalog are, and where its admin plane is. */
  readonly incidents: string;
  /** The catalog's sop.yaml. */
  readonly config: string;
  readonly logs: string;
  /** What holds the catalog's flag; its layer of flags is called the same. */
  readonly source: SourceName;
  /** What is outside of the shop, where the fault needs it. */
  readonly carrier: ServiceProcess | undefined;
  /** Starts a catalog that is no part of the shop, with these flags; it ends when it is disposed of. */
  spare(flags: Readonly<Record<string, boolean>>): Promise<SpareCatalog>;
  stop(): Promise<void>;
}

/** A catalog of its own. */
export interface SpareCatalog extends AsyncDisposable {
  readonly service: ServiceProcess;
  /** Where its incidents are. */
  readonly incidents: string;
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

/** What the shop is opened with. */
export interface ShopStart {
  /** What the catalog has its flag from. */
  readonly source: FlagSource;
  readonly planes: Planes;
  /** The part of the catalog's sop.yaml that says who is told; empty where nobody is. */
  readonly alerts: string;
  /** What else is wrong with the catalog. */
  readonly fault?: { readonly name: string; readonly flag: string; readonly needsCarrier: boolean } | undefined;
}

/** Starts the four services, each a process of its own, with their files below `dir`; what was there before is removed. */
export async function openShop(dir: string, { source, planes, alerts, fault }: ShopStart): Promise<Shop> {
  const logs = join(dir, "logs");
  const incidents = join(dir, "incidents");
  const config = join(dir, "sop.yaml");
  // Only what is the shop's own: whoever names a directory of theirs loses nothing else.
  for (const own of [logs, incidents, config]) rmSync(own, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  const withFault = fault ? source.config.replace("flags:\n", `flags:\n  ${fault.flag}: true\n`) : source.config;
  writeFileSync(config, CONFIG + withFault + alerts);

  const running: ServiceProcess[] = [];
  const start = async (name: ServiceName, env: Readonly<Record<string, string>>): Promise<ServiceProcess> => {
    const service = new ServiceProcess({
      entry: join(built, `${name}.js`),
      env: { SOP_DIR: join(incidents, name), SOP_ADMIN: "on", SOP_SENSORS: "on", ...planeOf(name, planes), ...env },
      log: join(logs, `${name}.log`),
    });
    running.push(service);
    await service.start();
    return service;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((service) => service.stop()));
  };

  let spares = 0;
  const spare = async (
    flags: Readonly<Record<string, boolean>>,
    env: Readonly<Record<string, string>>,
  ): Promise<SpareCatalog> => {
    const name = `spare-${++spares}`;
    const own = join(dir, `${name}.yaml`);
    writeFileSync(own, `service: catalog\nflags: ${JSON.stringify(flags)}\n`);
    const kept = join(incidents, name);
    const entry = join(built, "catalog.js");
    const service = new ServiceProcess({
      entry,
      env: { SOP_DIR: kept, SOP_CONFIG: own, SOP_ADMIN: "off", SOP_SENSORS: "on", ...env },
      log: join(logs, `${name}.log`),
    });
    running.push(service);
    await service.start();
    return { service, incidents: kept, [Symbol.asyncDispose]: () => service.stop() };
  };

  try {
    const carrier = fault?.needsCarrier
      ? new ServiceProcess({ entry: join(built, "carrier.js"), env: {}, log: join(logs, "carrier.log") })
      : undefined;
    if (carrier) running.push(carrier);
    await carrier?.start();
    const faulty = fault && { SHOP_FAULT: fault.name, ...(carrier && { CARRIER_URL: carrier.url }) };
    const [catalog, accounts] = await Promise.all([
      start("catalog", { SOP_CONFIG: config, ...faulty }),
      start("accounts", {}),
    ]);
    const urls = { CATALOG_URL: catalog.url, ACCOUNTS_URL: accounts.url };
    const orders = await start("orders", urls);
    const gateway = await start("gateway", { ...urls, ORDERS_URL: orders.url });
    return {
      gateway,
      catalog,
      carrier,
      incidents: join(incidents, "catalog"),
      config,
      logs,
      source: source.name,
      spare: (flags) => spare(flags, faulty ?? {}),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function planeOf(name: ServiceName, { addresses, token }: Planes): Readonly<Record<string, string>> {
  return { SOP_ADMIN_PORT: new URL(`http://${addresses[name]}`).port, SOP_ADMIN_TOKEN: token };
}
