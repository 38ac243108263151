import { hostname } from "node:os";
import { resolve } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { type Clock, type Duration, OptionCheck, systemClock } from "@sop/core";
import { parseSize, type Size } from "../config/size.js";
import { incidentsDirectory } from "../forensics/options.js";
import { seededRandom } from "../remote/backoff.js";
import { readEndpoints } from "../remote/endpoints.js";
import { finish } from "../remote/finish.js";
import { readSecret, Secrets } from "../remote/secrets.js";
import { readTls, type TlsFiles } from "../remote/tls.js";

/** Options of `alertmanager`. */
export interface AlertmanagerOptions {
  /** Address of Alertmanager, `http:` or `https:`, without credentials, with its prefix where it has one. */
  readonly url?: string | undefined;
  /** The addresses of several that stand for one (high availability): each is told. Default: the environment's `SOP_ALERTMANAGER_URL`, separated by commas. */
  readonly urls?: readonly string[] | undefined;
  /** Sent as `Authorization: Bearer`; or a file that holds it. Default: the environment's `SOP_ALERTMANAGER_TOKEN`. */
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  /** For basic authentication, in place of a token. Default: the environment's `SOP_ALERTMANAGER_USERNAME` and `SOP_ALERTMANAGER_PASSWORD`. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly tls?: TlsFiles | undefined;
  /** More labels for each alert, such as `{ environment: "production" }`. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** The label `instance`. Default: the host's name. */
  readonly instance?: string | undefined;
  /** How often an alert that fires is sent again; 100 ms to 1 h, default `1m`. One that is not, as its process is gone, ends after four times as long. */
  readonly repeat?: Duration | undefined;
  /** How long an alert fires at least, as Alertmanager sees it, so that its `group_wait` does not swallow what was short; at most twice `repeat`, default `1m`. */
  readonly hold?: Duration | undefined;
  /** How long an answer may take; 10 ms to 1 m, default `5s`. */
  readonly timeout?: Duration | undefined;
  /** The longest wait before the next attempt; 100 ms to 1 h, default `10s`. */
  readonly maxBackoff?: Duration | undefined;
  /** How long a drain waits for what is still to be sent; 0 to 1 m, default `2s`. */
  readonly flush?: Duration | undefined;
  /** Where alerts that are still to be sent are kept. Default: `alerts` below the incidents' directory. `false`: in memory only. */
  readonly queue?: { readonly dir?: string | undefined; readonly maxBytes?: Size | undefined } | false | undefined;
  /** Where the guides are, for links to runbooks. Default `docs/guides`. */
  readonly runbooks?: string | undefined;
  /** Where an alert's own link leads. Default: the admin plane, where it runs. */
  readonly generatorUrl?: string | undefined;
  /** For tests. */
  readonly ports?: { readonly clock?: Clock; readonly random?: () => number } | undefined;
}

/** The options with their defaults; times in milliseconds, paths absolute. */
export interface AlertmanagerSettings {
  readonly urls: readonly string[];
  readonly authorization: () => string | undefined;
  readonly secrets: Secrets;
  readonly tls: () => ConnectionOptions | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly instance: string;
  readonly repeat: number;
  readonly hold: number;
  readonly timeout: number;
  readonly maxBackoff: number;
  readonly flush: number;
  /** Where incidents are. */
  readonly incidents: string;
  readonly queueDir: string | undefined;
  readonly maxBytes: number;
  readonly runbooks: string;
  readonly generatorUrl: string | undefined;
  readonly clock: Clock;
  readonly random: () => number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const OPTIONS: readonly (keyof AlertmanagerOptions)[] = [
  "url",
  "urls",
  "token",
  "tokenFile",
  "username",
  "password",
  "passwordFile",
  "tls",
  "labels",
  "instance",
  "repeat",
  "hold",
  "timeout",
  "maxBackoff",
  "flush",
  "queue",
  "runbooks",
  "generatorUrl",
  "ports",
];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DEFAULT_BYTES = 2 ** 20;

/** Whether the options or the environment name an Alertmanager. */
export function namesAlertmanager(options: AlertmanagerOptions | undefined, env: Environment = process.env): boolean {
  const { url, urls } = Object(options) as AlertmanagerOptions;
  return url !== undefined || urls !== undefined || Boolean(env["SOP_ALERTMANAGER_URL"]);
}

/** Checks the options and fills in defaults. Throws `SOP_ERR_OPTION` that names every problem, and no secret. */
export function readAlertmanagerOptions(
  options: AlertmanagerOptions | undefined,
  path: string,
  incidents: string = incidentsDirectory(process.env),
  env: Environment = process.env,
): AlertmanagerSettings {
  const given = options instanceof Object ? { ...fromEnvironment(options, env), ...options } : options;
  const check = new OptionCheck(given ?? fromEnvironment({}, env), path, OPTIONS);
  const secrets = new Secrets();
  const bearer = readSecret(check, "token", secrets);
  const password = readSecret(check, "password", secrets);
  const hasToken = check.value("token") !== undefined || check.value("tokenFile") !== undefined;
  const username = check.value("username") === undefined ? undefined : check.text("username", undefined);
  if (hasToken && username !== undefined) check.reject("username", "nothing beside a token");
  const isOne = check.value("urls") === undefined;
  if (!isOne && check.value("url") !== undefined) check.reject("url", "nothing beside urls");
  const repeat = check.duration("repeat", MINUTE, 100, HOUR);
  const ports = check.nested("ports", ["clock", "random"]);
  const instance = check.text("instance", hostname());
  const queue = check.value("queue") === false ? undefined : check.nested("queue", ["dir", "maxBytes"]);
  const settings: AlertmanagerSettings = {
    urls: readEndpoints(check, isOne ? "url" : "urls"),
    authorization: () => {
      const token = bearer();
      if (token !== undefined) return `Bearer ${token}`;
      if (username === undefined) return undefined;
      return `Basic ${secrets.add(Buffer.from(`${username}:${password() ?? ""}`).toString("base64"))}`;
    },
    secrets,
    tls: readTls(check),
    labels: readLabels(check),
    instance,
    repeat,
    hold: check.duration("hold", Math.min(MINUTE, 2 * repeat), 0, 2 * repeat),
    timeout: check.duration("timeout", 5_000, 10, MINUTE),
    maxBackoff: check.duration("maxBackoff", 10_000, 100, HOUR),
    flush: check.duration("flush", 2_000, 0, MINUTE),
    incidents: resolve(incidents),
    queueDir: queue && resolve(queue.text("dir", `${incidents}/alerts`)),
    maxBytes: queue === undefined ? DEFAULT_BYTES : readBytes(queue),
    runbooks: check.text("runbooks", "docs/guides"),
    generatorUrl: check.value("generatorUrl") === undefined ? undefined : check.text("generatorUrl", undefined),
    clock: ports.port<Clock>("clock", ["now", "monotonic", "setTimeout", "clearTimeout"], systemClock),
    random: ports.fn<() => number>("random") ?? seededRandom(`${instance}:${process.pid} alerts`),
  };
  finish(check, secrets);
  return settings;
}

/** What the environment says, where the options say nothing else. */
function fromEnvironment(options: AlertmanagerOptions, env: Environment): AlertmanagerOptions {
  const { url, urls, token, tokenFile, username, password, passwordFile } = options;
  const named = env["SOP_ALERTMANAGER_URL"];
  const hasCredentials = [token, tokenFile, username, password, passwordFile].some((value) => value !== undefined);
  return {
    ...(named && url === undefined && urls === undefined && { urls: named.split(",").map((text) => text.trim()) }),
    ...(!hasCredentials && {
      token: env["SOP_ALERTMANAGER_TOKEN"] || undefined,
      username: env["SOP_ALERTMANAGER_USERNAME"] || undefined,
      password: env["SOP_ALERTMANAGER_PASSWORD"] || undefined,
    }),
  };
}

function readLabels(check: OptionCheck): Readonly<Record<string, string>> {
  const labels = check.object<string>("labels");
  const isFine = Object.entries(labels).every(
    ([name, value]) => /^[a-z_]\w*$/i.test(name) && typeof value === "string",
  );
  if (!isFine) check.reject("labels", "texts under names of letters, digits and _");
  return isFine ? labels : {};
}

function readBytes(check: OptionCheck): number {
  const value = check.value("maxBytes");
  const bytes = value === undefined ? DEFAULT_BYTES : parseSize(value);
  if (bytes !== undefined && bytes >= 2 ** 14 && bytes <= 2 ** 30) return bytes;
  check.reject("maxBytes", 'a size of 16 KiB to 1 GiB, such as 65536, "8MiB"');
  return DEFAULT_BYTES;
}
