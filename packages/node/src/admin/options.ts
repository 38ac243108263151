import { resolve } from "node:path";
import { OptionCheck } from "@sop/core";
import { incidentsDirectory } from "../forensics/options.js";
import type { Role } from "./endpoints/endpoint.js";
import { isLoopback } from "./guard/host-name.js";

/** Files of the listener's TLS, in PEM. They may be renewed while it listens. */
export interface AdminTls {
  /** The listener's certificate, with what is between it and its authority. */
  readonly cert: string;
  /** Its key. */
  readonly key: string;
  /** Who signs the certificates of callers. Every call to what is guarded needs one. */
  readonly ca: string;
}

/** What `/metrics` serves: a prom-client registry, or anything like one. */
export interface MetricsRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** Options of the admin plane. */
export interface AdminOptions {
  /** The address or name it listens at. Beyond loopback only with `tls`. Default: `SOP_ADMIN_HOST`, else `127.0.0.1`. */
  readonly host?: string | undefined;
  /** 0 to 65,535; 0 is any free one. Default: `SOP_ADMIN_PORT`, else 9320. */
  readonly port?: number | undefined;
  /** What operators send as `X-Admin-Token`. Default: `SOP_ADMIN_TOKEN`, else made at start and written to `admin.json`. */
  readonly token?: string | undefined;
  /** One for viewers, who can read and change nothing. Default: none. */
  readonly viewerToken?: string | undefined;
  /** Whether every change is refused. Default false. */
  readonly readOnly?: boolean | undefined;
  /** Names beside those of loopback and `host` that callers may use for it, without a port. Default none. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Mutual TLS: needed beyond loopback, possible on it. */
  readonly tls?: AdminTls | undefined;
  /**
   * Roles by subject of a certificate (`CN=alice,O=ops`) or one part of it (`OU=oncall`); who is not named is a `viewer`. A caller may
   * do what both the certificate and the token allow.
   */
  readonly roles?: Readonly<Record<string, Role>> | undefined;
  /** Whether operators may have the inspector opened, with which they can do all that the process can. Default false. */
  readonly inspector?: boolean | undefined;
  /** What `/metrics` serves, such as the registry of `prometheus(sop)`. Default: the metrics of the Sop. Not in `sop.yaml`. */
  readonly registry?: MetricsRegistry | undefined;
  /** Where `admin.json` is written. Default: the environment's `SOP_DIR`, else `.sop/incidents`. */
  readonly dir?: string | undefined;
  /** How many may follow events at once; 1 to 10,000, default 1,000. */
  readonly maxListeners?: number | undefined;
}

/** The options with their defaults, but for what only the main thread needs: plain data. */
export interface AdminSettings {
  readonly host: string;
  readonly port: number;
  /** `undefined`: one is made at start. */
  readonly token: string | undefined;
  readonly viewerToken: string | undefined;
  readonly readOnly: boolean;
  readonly allowedHosts: readonly string[];
  readonly tls: AdminTls | undefined;
  readonly roles: Readonly<Record<string, Role>>;
  readonly inspector: boolean;
  readonly dir: string;
  readonly maxListeners: number;
}

const NAMES: readonly (keyof AdminOptions)[] = [
  "host",
  "port",
  "token",
  "viewerToken",
  "readOnly",
  "allowedHosts",
  "tls",
  "roles",
  "inspector",
  "registry",
  "dir",
  "maxListeners",
];

const ROLES: readonly unknown[] = ["viewer", "operator"];

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the environment turns the plane off. */
export function isTurnedOff(env: Environment): boolean {
  return env["SOP_ADMIN"] === "off";
}

/**
 * Checks the options and fills in what the environment and the defaults say; `dir` is where incidents are kept. Throws
 * `SOP_ERR_OPTION` that names every problem.
 */
export function readAdminOptions(
  options?: AdminOptions,
  env: Environment = process.env,
  dir: string = incidentsDirectory(env),
): AdminSettings {
  const check = new OptionCheck(withEnvironment(options, env), "admin", NAMES);
  const host = check.text("host", "127.0.0.1").toLowerCase();
  const tls = readTls(check);
  if (!isLoopback(host) && !tls) {
    check.reject(
      "host",
      "an address of loopback, or tls: { cert, key, ca } beside it: mutual TLS guards every other address",
    );
  }
  const settings = {
    host,
    port: check.integer("port", 9_320, 0, 65_535),
    token: readToken(check, "token"),
    viewerToken: readToken(check, "viewerToken"),
    readOnly: check.flag("readOnly", false),
    allowedHosts: readHosts(check),
    tls,
    roles: check.object<Role>("roles"),
    inspector: check.flag("inspector", false),
    dir: resolve(check.text("dir", dir)),
    maxListeners: check.integer("maxListeners", 1_000, 1, 10_000),
  };
  if (!Object.values(settings.roles).every((role) => ROLES.includes(role))) {
    check.reject("roles", 'subjects of certificates, each "viewer" or "operator"');
  }
  check.port<MetricsRegistry>("registry", ["metrics"], {} as MetricsRegistry);
  check.done();
  return settings;
}

/** The options, where they are silent with what the environment says. */
function withEnvironment(options: AdminOptions | undefined, env: Environment): unknown {
  if (options !== undefined && (typeof options !== "object" || options === null)) return options;
  const { SOP_ADMIN_HOST: host, SOP_ADMIN_PORT: port, SOP_ADMIN_TOKEN: token } = env;
  return {
    ...options,
    host: options?.host ?? (host || undefined),
    // What is no number is told as it was written.
    port: options?.port ?? (port ? (/^\d+$/.test(port) ? Number(port) : port) : undefined),
    token: withoutSecret(options?.token ?? (token || undefined)),
    viewerToken: withoutSecret(options?.viewerToken),
  };
}

// A token that is wrong is a secret all the same: the problem names its place, not its value.
function withoutSecret(token: unknown): unknown {
  return token === undefined || isToken(token) ? token : "(not shown)";
}

function isToken(token: unknown): token is string {
  return typeof token === "string" && /^[\x21-\x7e]{1,1024}$/.test(token);
}

function readTls(check: OptionCheck): AdminTls | undefined {
  if (check.value("tls") === undefined) return undefined;
  const files = check.nested("tls", ["cert", "key", "ca"]);
  const [cert = "", key = "", ca = ""] = ["cert", "key", "ca"].map((name) => {
    const path = files.text(name, undefined);
    return path && resolve(path);
  });
  return { cert, key, ca };
}

function readToken(check: OptionCheck, key: "token" | "viewerToken"): string | undefined {
  const token = check.value(key);
  if (token === undefined || isToken(token)) return token;
  check.reject(key, "1 to 1,024 printable characters of ASCII without spaces");
  return undefined;
}

function readHosts(check: OptionCheck): readonly string[] {
  const hosts = check.value("allowedHosts") ?? [];
  if (Array.isArray(hosts) && hosts.every((host) => typeof host === "string" && /^[\w.:[\]-]+$/.test(host))) {
    return hosts.map((host: string) => host.toLowerCase());
  }
  check.reject("allowedHosts", 'a list of names without ports, such as ["admin.example.com"]');
  return [];
}
