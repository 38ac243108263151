import { X509Certificate } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import { makeDirectory } from "../files/make-directory.js";
import { writeWhole } from "../forensics/write-whole.js";
import type { AdminSettings, AdminTls } from "./options.js";

/** `admin.json`: where the plane of a running service is, and what opens it. */
export interface AdminFile {
  readonly url: string;
  /** Only one that was made at start: who gave it has it already. */
  readonly token?: string | undefined;
  readonly pid: number;
  readonly service: string;
  /** The file of who signed the listener's certificate. */
  readonly ca?: string | undefined;
}

const NAME = "admin.json";

/** Where callers on this machine find a listener. */
export function urlOf({ host, tls }: Pick<AdminSettings, "host" | "tls">, port: number): string {
  const isEverywhere = host === "0.0.0.0" || host === "::";
  const name = isEverywhere ? "localhost" : isIPv6(host) ? `[${host}]` : host;
  return `${tls ? "https" : "http"}://${name}:${port}`;
}

/** The file of who signed the listener's certificate, where that is who signs those of callers; `undefined` where it is someone else. */
export function issuerOf({ cert, ca }: AdminTls): string | undefined {
  try {
    const issuer = new X509Certificate(readFileSync(ca));
    return new X509Certificate(readFileSync(cert)).checkIssued(issuer) ? ca : undefined;
  } catch {
    return undefined;
  }
}

/** Writes it for its owner alone, whole or not at all. */
export function writeAdminFile(dir: string, file: AdminFile): void {
  makeDirectory(dir);
  writeWhole(join(dir, NAME), `${JSON.stringify(file, null, 2)}\n`);
}

/** Takes it away, unless another process has written its own by now. */
export function removeAdminFile(dir: string, { url, pid }: AdminFile): void {
  const path = join(dir, NAME);
  try {
    const present = JSON.parse(readFileSync(path, "utf8")) as Partial<AdminFile> | null;
    if (present?.pid === pid && present.url === url) rmSync(path, { force: true });
  } catch {
    // It is gone, or it is no longer ours.
  }
}
