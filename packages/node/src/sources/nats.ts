import type { ConfigSource } from "@sop/core";
import { finish } from "../remote/finish.js";
import { readSecret, Secrets } from "../remote/secrets.js";
import type { TlsFiles } from "../remote/tls.js";
import { NatsBucket } from "./nats/bucket.js";
import { type RemoteOptions, readRemoteOptions, remoteCheck } from "./remote/options.js";
import { supervised } from "./remote/supervise.js";

/** Options of `natsSource`. */
export interface NatsSourceOptions extends RemoteOptions {
  /** `host:port` or `nats://host:port`, without credentials; one or several. Default `127.0.0.1:4222`. */
  readonly servers?: string | readonly string[] | undefined;
  /** The key-value bucket: each key is a flag, its value JSON. */
  readonly bucket: string;
  readonly user?: string | undefined;
  /** The user's password, or a token; or a file that holds it. */
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  /** File with a JWT and its key, as `nsc` writes it. */
  readonly credsFile?: string | undefined;
  readonly tls?: TlsFiles | undefined;
}

const OWN = ["servers", "bucket", "user", "password", "passwordFile", "token", "tokenFile", "credsFile", "tls"];

/**
 * Flags from a key-value bucket of NATS 2.9 or later, over the packages `@nats-io/transport-node` and `@nats-io/kv`. There are no
 * transactions over several keys: what must change together belongs into one flag. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function natsSource(options: NatsSourceOptions): ConfigSource {
  const check = remoteCheck("nats", options, OWN);
  const secrets = new Secrets();
  const given = check.value("servers") ?? "127.0.0.1:4222";
  const servers = (Array.isArray(given) ? given : [given]).map(String);
  if (servers.length === 0 || !servers.every((server) => /^(nats:\/\/|tls:\/\/)?[^\s/@]+$/.test(server))) {
    check.reject("servers", 'a list of servers without credentials, such as ["127.0.0.1:4222"]');
  }
  const bucket = check.text("bucket", undefined);
  if (bucket !== "" && !/^[\w-]+$/.test(bucket)) check.reject("bucket", "letters, digits, '_' or '-'");
  const optional = (key: string): string | undefined =>
    check.value(key) === undefined ? undefined : check.text(key, undefined);
  const user = optional("user");
  const password = readSecret(check, "password", secrets);
  const token = readSecret(check, "token", secrets);
  const credsFile = optional("credsFile");
  const files = check.nested("tls", ["caFile", "certFile", "keyFile"]);
  const tls = check.value("tls") === undefined ? undefined : (options.tls ?? {});
  for (const name of Object.keys(tls ?? {})) files.text(name, undefined);
  const remote = readRemoteOptions(check, "nats");
  finish(check, secrets);
  const settings = { ...remote, secrets, scope: `${[...servers].sort().join()} ${bucket}` };
  return supervised(
    settings,
    () => new NatsBucket({ servers, bucket, user, password, token, credsFile, tls }, settings),
  );
}
