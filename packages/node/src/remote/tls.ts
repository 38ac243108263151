import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import type { OptionCheck } from "@sop/core";

/** Files of a TLS connection, in PEM; read at each connection, so that they may be renewed. */
export interface TlsFiles {
  /** Who is trusted. Default: what Node trusts. */
  readonly caFile?: string | undefined;
  /** The client's own certificate, and its key. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** Reads the option `tls`. The function reads the files. */
export function readTls(check: OptionCheck): () => ConnectionOptions | undefined {
  const files = check.nested("tls", ["caFile", "certFile", "keyFile"]);
  const [ca, cert, key] = ["caFile", "certFile", "keyFile"].map((name) =>
    files.value(name) === undefined ? undefined : files.text(name, undefined),
  );
  if (Boolean(cert) !== Boolean(key)) files.reject("keyFile", "a file beside certFile, or neither");
  if (check.value("tls") === undefined) return () => undefined;
  return () => ({
    ...(ca && { ca: readFileSync(ca) }),
    ...(cert && key && { cert: readFileSync(cert), key: readFileSync(key) }),
  });
}
