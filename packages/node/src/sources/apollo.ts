import type { ConfigSource, Duration } from "@sop/core";
import { readEndpoints } from "../remote/endpoints.js";
import { finish } from "../remote/finish.js";
import { readSecret, Secrets } from "../remote/secrets.js";
import { ApolloNamespaces } from "./apollo/namespaces.js";
import { type RemoteOptions, readRemoteOptions, remoteCheck } from "./remote/options.js";
import { supervised } from "./remote/supervise.js";
import { readWord } from "./remote/value.js";

/** Options of `apolloSource`. */
export interface ApolloSourceOptions extends RemoteOptions {
  /** The config service, `http:` or `https:`; one or several, each attempt to connect takes the next. */
  readonly server: string | readonly string[];
  readonly appId: string;
  /** Default `default`. */
  readonly cluster?: string | undefined;
  /** Namespaces of the form properties; a later one wins. Default `["application"]`. */
  readonly namespaces?: readonly string[] | undefined;
  /** The access key, where the application has one; or a file that holds it. */
  readonly secret?: string | undefined;
  readonly secretFile?: string | undefined;
  /** Whom a gray release is matched with: this machine's address, a label. */
  readonly ip?: string | undefined;
  readonly label?: string | undefined;
  /** How often everything is asked for though nothing told of a change; 100 ms to 24 h, default `5m`. */
  readonly resync?: Duration | undefined;
}

const OWN = ["server", "appId", "cluster", "namespaces", "secret", "secretFile", "ip", "label", "resync"];

/**
 * Flags from namespaces of Apollo, over its HTTP interface: a long poll that the config service holds for 60 s tells of a change, the
 * namespace is asked for then. A value is JSON, or else a text. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function apolloSource(options: ApolloSourceOptions): ConfigSource {
  const check = remoteCheck("apollo", options, OWN);
  const secrets = new Secrets();
  const servers = readEndpoints(check, "server");
  const appId = check.text("appId", undefined);
  const cluster = check.text("cluster", "default");
  const namespaces = check.value("namespaces") ?? ["application"];
  const isList =
    Array.isArray(namespaces) && namespaces.length > 0 && namespaces.every((name) => /^[\w.-]+$/.test(name));
  if (!isList) check.reject("namespaces", 'a list of names, such as ["application"]');
  const secret = readSecret(check, "secret", secrets);
  const gray = Object.fromEntries(
    ["ip", "label"].flatMap((key) => (check.value(key) === undefined ? [] : [[key, check.text(key, undefined)]])),
  );
  const resync = check.duration("resync", 300_000, 100, 86_400_000);
  const remote = readRemoteOptions(check, "apollo");
  finish(check, secrets);
  const settings = { ...remote, secrets, scope: `${[...servers].sort().join()} ${appId} ${cluster} ${namespaces}` };
  const place = { servers, appId, cluster, namespaces: namespaces as readonly string[], secret, gray, resync };
  return supervised(settings, () => new ApolloNamespaces(place, settings), readWord);
}
