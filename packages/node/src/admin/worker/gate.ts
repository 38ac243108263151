import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import type { Caller, Role } from "../endpoints/endpoint.js";
import { certificateHolder } from "../guard/certificate.js";
import type { Limits } from "../guard/limits.js";
import { type Tokens, tokenOf } from "../guard/tokens.js";
import type { AdminSettings } from "../options.js";
import { Refusal } from "../problem.js";

/** Lets in who has a token that is right and, over TLS, a certificate too. */
export class Gate {
  readonly #settings: Pick<AdminSettings, "roles" | "tls">;
  readonly #tokens: Tokens;
  readonly #limits: Limits;

  constructor(settings: Pick<AdminSettings, "roles" | "tls">, tokens: Tokens, limits: Limits) {
    this.#settings = settings;
    this.#tokens = tokens;
    this.#limits = limits;
  }

  /** Who calls. Throws a `Refusal` for those who are nobody. */
  caller(request: IncomingMessage): Caller {
    const address = addressOf(request);
    const { socket } = request;
    const certificate =
      this.#settings.tls && socket instanceof TLSSocket
        ? certificateHolder(socket, this.#settings.roles, Date.now())
        : undefined;
    const token = tokenOf(request.headers);
    const holder = token === undefined ? undefined : this.#tokens.holderOf(token);
    if (holder === undefined) {
      if (token !== undefined) this.#limits.guess(address);
      const headers = { "www-authenticate": 'Bearer realm="sop"' };
      const detail = token === undefined ? "no X-Admin-Token came with the request" : "the token is wrong";
      throw new Refusal("SOP_ERR_UNAUTHORIZED", "token", detail, { headers });
    }
    const identity = certificate?.identity ?? holder.identity;
    return { address, identity, role: lesser(holder.role, certificate?.role ?? "operator") };
  }
}

/** The address that a request came from. */
export function addressOf({ socket }: { readonly socket: { readonly remoteAddress?: string | undefined } }): string {
  return socket.remoteAddress?.replace(/^::ffff:(?=\d)/, "") ?? "unknown";
}

function lesser(a: Role, b: Role): Role {
  return a === "operator" && b === "operator" ? "operator" : "viewer";
}
