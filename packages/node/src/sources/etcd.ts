import type { ConfigSource } from "@sop/core";
import { readEndpoints } from "../remote/endpoints.js";
import { finish } from "../remote/finish.js";
import { readSecret, Secrets } from "../remote/secrets.js";
import { readTls, type TlsFiles } from "../remote/tls.js";
import { EtcdWatch } from "./etcd/watch.js";
import { type RemoteOptions, readRemoteOptions, remoteCheck } from "./remote/options.js";
import { supervised } from "./remote/supervise.js";

/** Options of `etcdSource`. */
export interface EtcdSourceOptions extends RemoteOptions {
  /** Members of the cluster, `http:` or `https:`, without credentials; each attempt to connect takes the next. */
  readonly endpoints: string | readonly string[];
  /** What the keys begin with; the rest of a key is the flag's name. */
  readonly prefix: string;
  readonly user?: string | undefined;
  /** The user's password; or a file that holds it. */
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly tls?: TlsFiles | undefined;
}

/**
 * Flags from the keys of etcd v3 (3.4 or later, over its JSON gateway) that begin with `prefix`; values are JSON. What one
 * transaction changes is in force at once. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function etcdSource(options: EtcdSourceOptions): ConfigSource {
  const check = remoteCheck("etcd", options, ["endpoints", "prefix", "user", "password", "passwordFile", "tls"]);
  const secrets = new Secrets();
  const endpoints = readEndpoints(check, "endpoints");
  const prefix = check.text("prefix", undefined);
  const user = check.value("user") === undefined ? undefined : check.text("user", undefined);
  const password = readSecret(check, "password", secrets);
  const tls = readTls(check);
  const remote = readRemoteOptions(check, "etcd");
  finish(check, secrets);
  const settings = { ...remote, secrets, scope: `${[...endpoints].sort().join()} ${prefix}` };
  return supervised(settings, () => new EtcdWatch({ endpoints, prefix, user, password, tls }, settings));
}
