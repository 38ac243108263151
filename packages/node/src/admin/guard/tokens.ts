import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Role } from "../endpoints/endpoint.js";
import type { Target } from "./request-target.js";

/** Which token it was. */
export interface TokenHolder {
  readonly role: Role;
  readonly identity: string;
}

/** The tokens of the listener, as hashes: a comparison takes as long for a wrong one of any length as for the right one. */
export class Tokens {
  readonly #known: readonly (readonly [hash: Buffer, holder: TokenHolder])[];

  constructor(operator: string, viewer: string | undefined) {
    this.#known = [
      [hashOf(operator), { role: "operator", identity: "token" }],
      ...(viewer === undefined
        ? []
        : [[hashOf(viewer), { role: "viewer", identity: "viewer-token" }] as [Buffer, TokenHolder]]),
    ];
  }

  /** Whose it is; every known token is compared, whichever it is. */
  holderOf(token: string): TokenHolder | undefined {
    const hash = hashOf(token);
    let found: TokenHolder | undefined;
    for (const [known, holder] of this.#known) {
      if (timingSafeEqual(hash, known)) found ??= holder;
    }
    return found;
  }
}

/** The token of a request: `X-Admin-Token`, else `Authorization: Bearer`. */
export function tokenOf({ "x-admin-token": own, authorization }: IncomingHttpHeaders): string | undefined {
  if (typeof own === "string") return own;
  return /^bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? "")?.[1];
}

const NAMES = /(?:^|[-_.])(?:token|authorization|auth|secret|password|apikey|key|bearer|jwt)$/i;

/** Whether a URL has a token in it, by its name or by being one: it would be in histories and in logs of proxies. */
export function hasToken({ path, query }: Target, tokens: Tokens): boolean {
  if (path.split("/").some((segment) => tokens.holderOf(segment))) return true;
  for (const [name, value] of query) {
    if (NAMES.test(name) || tokens.holderOf(value) || tokens.holderOf(name)) return true;
  }
  return false;
}

function hashOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
