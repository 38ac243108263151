import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { OptionError } from "@sop/core";
import { CommandError } from "../command-error.js";
import { EXIT } from "../terminal.js";
import { DEFAULT_ADDRESS, isLoopback, readAddress } from "./address.js";
import { type AdminFile, isRunning, readAdminFile, readSecret } from "./admin-file.js";
import type { PlaneOptions } from "./options.js";

/** What is needed to talk to a plane. */
export interface PlaneAddress {
  readonly url: URL;
  /** For people: `shop at http://127.0.0.1:9320`. */
  readonly name: string;
  readonly token: string | undefined;
  /** Whether address and token are those that the service wrote: another start of it writes others. */
  readonly isFromFile: boolean;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** The plane that is meant. Ends the command where it cannot be known, and where a token would be sent in the clear. */
export function findPlane(options: PlaneOptions, warn: (message: string) => void): PlaneAddress {
  const { addr, dir } = options;
  const cert = pem("--cert", options.cert);
  const key = pem("--key", options.key);
  if ((cert === undefined) !== (key === undefined)) {
    throw new OptionError([{ path: cert ? "--key" : "--cert", value: "none", allowed: "both of --cert and --key" }]);
  }
  const file = readAdminFile(dir, warn);
  const given = addr === undefined ? undefined : readAddress(addr, { hasCertificate: cert !== undefined });
  if (given === undefined && file !== undefined) refuseStale(file);
  const url = given ?? new URL(file?.url ?? DEFAULT_ADDRESS);
  // A token that one service wrote is for nobody else.
  const own = file !== undefined && isSamePlace(new URL(file.url), url) ? file : undefined;
  const told = readToken(options.tokenFile, warn);
  const address: PlaneAddress = {
    url,
    name: own?.service === undefined ? url.origin : `${own.service} at ${url.origin}`,
    token: told ?? own?.token,
    isFromFile: given === undefined && own !== undefined && told === undefined,
    ca: pem("--ca", options.ca) ?? own?.ca,
    cert,
    key,
  };
  refuseInTheClear(address);
  refuseBadPem(address);
  return address;
}

/** This machine has several names for itself. */
function isSamePlace(a: URL, b: URL): boolean {
  return a.origin === b.origin || (a.protocol === b.protocol && a.port === b.port && isLoopback(a) && isLoopback(b));
}

function refuseStale({ path, pid, service, url }: AdminFile): void {
  if (pid === undefined || isRunning(pid)) return;
  throw new CommandError(
    EXIT.unreachable,
    `${service ?? "the service"} is not running: ${path} is of process ${pid}, which has ended. Start the service, or name a plane with --addr (${url} was this one's)`,
  );
}

function readToken(path: string | undefined, warn: (message: string) => void): string | undefined {
  const token = path === undefined ? process.env["SOP_ADMIN_TOKEN"] : readSecret(path, path, warn)?.trim();
  if (path !== undefined && !token) {
    throw new OptionError([{ path: "--token-file", value: JSON.stringify(path), allowed: "a file with the token" }]);
  }
  if (!token) return undefined;
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  const from = path === undefined ? "SOP_ADMIN_TOKEN" : "--token-file";
  throw new OptionError([
    { path: from, value: "a text that is no token", allowed: "visible ASCII characters without blanks" },
  ]);
}

function pem(option: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new OptionError([
      { path: option, value: `${JSON.stringify(path)} (${code})`, allowed: "a PEM file that can be read" },
    ]);
  }
}

function refuseInTheClear({ url, token }: PlaneAddress): void {
  if (token === undefined || url.protocol === "https:" || isLoopback(url)) return;
  throw new OptionError([
    {
      path: "--addr",
      value: JSON.stringify(url.origin),
      allowed: "https: on the way to another machine, a token sent by http can be read",
    },
  ]);
}

/** Says so here: Node would throw it with the first request, among the errors of the network. */
function refuseBadPem({ ca, cert, key }: PlaneAddress): void {
  try {
    // Without one, Node would trust nobody and say so of the plane.
    if (ca !== undefined && !ca.includes("-----BEGIN ")) throw new Error("no certificates in --ca");
    createSecureContext({ ca, cert, key });
  } catch (error) {
    throw new OptionError([
      { path: "--ca, --cert, --key", value: (error as Error).message, allowed: "PEM, and the key of that certificate" },
    ]);
  }
}
