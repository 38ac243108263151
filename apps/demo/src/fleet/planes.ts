import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "./server-process.ts";

/** The services of the shop. */
export const SERVICES = ["gateway", "orders", "accounts", "catalog"] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Where the admin planes of the services are: known before they start, and the same when one is started again. */
export interface Planes {
  /** An operator's, of all four. */
  readonly token: string;
  /** The same, for commands and for Alertmanager. */
  readonly tokenFile: string;
  /** `127.0.0.1:9320`. */
  readonly addresses: Readonly<Record<ServiceName, string>>;
}

/** Chooses a free port for each plane, and a token, which is in a file in `dir` as well. */
export async function choosePlanes(dir: string): Promise<Planes> {
  const ports = await freePorts(SERVICES.length);
  const addresses = Object.fromEntries(SERVICES.map((name, i) => [name, `127.0.0.1:${ports[i]}`]));
  const token = randomBytes(24).toString("base64url");
  const tokenFile = join(dir, "token");
  mkdirSync(dir, { recursive: true });
  rmSync(tokenFile, { force: true });
  writeFileSync(tokenFile, token, { mode: 0o600 });
  return { token, tokenFile, addresses: addresses as Planes["addresses"] };
}
