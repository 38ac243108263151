import type { ConfigSource, Duration, OptionCheck } from "@sop/core";
import { finish } from "../remote/finish.js";
import { readSecret, Secrets } from "../remote/secrets.js";
import { readTls, type TlsFiles } from "../remote/tls.js";
import { RedisHash } from "./redis/hash.js";
import { type RemoteOptions, readRemoteOptions, remoteCheck } from "./remote/options.js";
import { supervised } from "./remote/supervise.js";

/** Options of `redisSource`. */
export interface RedisSourceOptions extends RemoteOptions {
  /** `redis://host:port/db`, or `rediss:` over TLS; without credentials. Default `redis://127.0.0.1:6379`. */
  readonly url?: string | undefined;
  /** Key of the hash: each field is a flag, its value JSON; the field `$revision` is counted up with each change. */
  readonly key: string;
  /** Channel on which a change is told. Default: the key. Notifications of the key space are heard as well, where they are on. */
  readonly channel?: string | undefined;
  readonly user?: string | undefined;
  /** The user's password; or a file that holds it. */
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly tls?: TlsFiles | undefined;
  /** How often the hash is read though nothing told of a change; 100 ms to 24 h, default `1m`. */
  readonly resync?: Duration | undefined;
}

/**
 * Flags from a hash in Redis 6 or later, over the package `@redis/client`. A message only says that there is something new: the hash
 * is read whole each time, so that a lost one does no harm. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function redisSource(options: RedisSourceOptions): ConfigSource {
  const own = ["url", "key", "channel", "user", "password", "passwordFile", "tls", "resync"];
  const check = remoteCheck("redis", options, own);
  const secrets = new Secrets();
  const url = readUrl(check);
  const key = check.text("key", undefined);
  const channel = check.text("channel", key || "-");
  const user = check.value("user") === undefined ? undefined : check.text("user", undefined);
  const password = readSecret(check, "password", secrets);
  const tls = readTls(check);
  const resync = check.duration("resync", 60_000, 100, 86_400_000);
  const remote = readRemoteOptions(check, "redis");
  finish(check, secrets);
  const settings = { ...remote, secrets, scope: `${url} ${key}` };
  return supervised(settings, () => new RedisHash({ url, key, channel, user, password, tls, resync }, settings));
}

function readUrl(check: OptionCheck): string {
  const url = check.text("url", "redis://127.0.0.1:6379");
  const { protocol, username, password, pathname } = URL.canParse(url) ? new URL(url) : new URL("none:");
  const isRedis = protocol === "redis:" || protocol === "rediss:";
  if (isRedis && username === "" && password === "" && /^(\/\d*)?$/.test(pathname)) return url;
  check.reject("url", 'a URL without credentials, such as "redis://127.0.0.1:6379/0"');
  return "";
}
