import type { ConfigSource, Duration } from "@sop/core";
import { readEndpoints } from "../remote/endpoints.js";
import { finish } from "../remote/finish.js";
import { readSecret, Secrets } from "../remote/secrets.js";
import { readTls, type TlsFiles } from "../remote/tls.js";
import { HttpPoll } from "./http/poll.js";
import { type RemoteOptions, readRemoteOptions, remoteCheck } from "./remote/options.js";
import { supervised } from "./remote/supervise.js";

/** Options of `httpSource`. */
export interface HttpSourceOptions extends Omit<RemoteOptions, "heartbeat"> {
  /** Where the document is, `http:` or `https:`, without credentials. */
  readonly url: string;
  /** How often it asks, a fifth less at most, by chance; 10 ms to 1 h, default `1s`. */
  readonly interval?: Duration | undefined;
  /** Sent as `Authorization: Bearer`; or a file that holds it. */
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly tls?: TlsFiles | undefined;
}

/**
 * Flags from the `flags` of a document (JSON; YAML up to 1 MiB) that is asked for again and again: by its `ETag` or `Last-Modified`,
 * so that an unchanged one costs a 304. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function httpSource(options: HttpSourceOptions): ConfigSource {
  const check = remoteCheck("http", options, ["url", "interval", "token", "tokenFile", "tls"]);
  const secrets = new Secrets();
  const [url = ""] = readEndpoints(check, "url");
  const remote = readRemoteOptions(check, "http");
  const heartbeat = check.duration("interval", 1_000, 10, 3_600_000);
  const token = readSecret(check, "token", secrets);
  const tls = readTls(check);
  finish(check, secrets);
  const settings = { ...remote, heartbeat, secrets, scope: url };
  return supervised(settings, () => new HttpPoll(url, settings, token, tls));
}
