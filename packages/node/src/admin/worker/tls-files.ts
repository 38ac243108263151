import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { SecureContextOptions } from "node:tls";
import { changes } from "../../config/changes.js";
import type { AdminTls } from "../options.js";

const INTERVAL = 5_000;

/** Reads the files, and checks that they belong together. Throws an error that says which is wrong. */
export function readTlsFiles({ cert, key, ca }: AdminTls): SecureContextOptions {
  const [certText, keyText, caText] = [read("cert", cert), read("key", key), read("ca", ca)];
  const certificate = inFile("cert", cert, () => new X509Certificate(certText));
  const privateKey = inFile("key", key, () => createPrivateKey(keyText));
  if (!certificate.checkPrivateKey(privateKey)) throw new Error(`tls.key: ${key} is not the key of ${cert}`);
  inFile("ca", ca, () => new X509Certificate(caText));
  return { cert: certText, key: keyText, ca: caText };
}

/**
 * Calls `renewed` with each content of the files that is not the one in use and can be used, and `wrong` with each one that cannot, until
 * `signal` is aborted.
 */
export function followTlsFiles(
  files: AdminTls,
  used: SecureContextOptions,
  signal: AbortSignal,
  renewed: (options: SecureContextOptions) => void,
  wrong: (message: string) => void,
): void {
  let last = JSON.stringify(used);
  const look = (): void => {
    const read = tryRead(files);
    const said = JSON.stringify(read);
    if (said === last) return;
    last = said;
    if (typeof read === "string") wrong(read);
    else renewed(read);
  };
  for (const path of new Set(Object.values(files) as string[])) {
    void (async () => {
      for await (const _ of changes(path, INTERVAL, signal)) look();
    })();
  }
}

function tryRead(files: AdminTls): SecureContextOptions | string {
  try {
    return readTlsFiles(files);
  } catch (error) {
    return (error as Error).message;
  }
}

function read(name: string, path: string): string {
  return inFile(name, path, () => readFileSync(path, "utf8"));
}

function inFile<T>(name: string, path: string, fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`tls.${name}: ${path} cannot be used (${code ?? "no PEM"})`);
  }
}
