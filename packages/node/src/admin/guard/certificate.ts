import type { PeerCertificate, TLSSocket } from "node:tls";
import type { Role } from "../endpoints/endpoint.js";
import { Refusal } from "../problem.js";

/** Who a certificate says that the caller is. */
export interface CertificateHolder {
  readonly role: Role;
  /** The subject: `CN=alice,O=ops`. */
  readonly identity: string;
}

/**
 * Whose certificate came with the connection. Throws a `Refusal` where there is none, where another authority signed it, and where it
 * is not valid now: a connection may have been kept open past its end.
 */
export function certificateHolder(
  socket: TLSSocket,
  roles: Readonly<Record<string, Role>>,
  now: number,
): CertificateHolder {
  const certificate = socket.getPeerCertificate();
  if (!certificate.subject) throw refused("the listener asks for a certificate of yours, and none came");
  if (!socket.authorized) {
    // A code of OpenSSL, such as CERT_HAS_EXPIRED.
    throw refused(`your certificate was refused: ${socket.authorizationError ?? "it was not verified"}`);
  }
  if (now < Date.parse(certificate.valid_from) || now > Date.parse(certificate.valid_to)) {
    throw refused("your certificate was refused: CERT_HAS_EXPIRED");
  }
  const parts = partsOf(certificate.subject);
  return { identity: [...parts].reverse().join(","), role: roleOf(parts, roles) };
}

function refused(detail: string): Refusal {
  return new Refusal("SOP_ERR_UNAUTHORIZED", "certificate", detail);
}

// A part may be there several times, as OU often is. A comma in a value is escaped, so that a value cannot look like a further part.
function partsOf(subject: PeerCertificate["subject"]): string[] {
  return Object.entries(subject).flatMap(([key, value]) =>
    [value as unknown as string | string[]].flat().map((text) => `${key}=${text.replace(/[\\,]/g, "\\$&")}`),
  );
}

/** The role of the name that says most of this subject; of two that say as much the lesser. The order of parts is no matter. */
function roleOf(parts: readonly string[], roles: Readonly<Record<string, Role>>): Role {
  let found: Role = "viewer";
  let most = 0;
  for (const [name, role] of Object.entries(roles)) {
    const wanted = name.split(/(?<!\\),\s*/);
    if (wanted.length < most || !wanted.every((part) => parts.includes(part))) continue;
    found = wanted.length === most && found === "viewer" ? "viewer" : role;
    most = wanted.length;
  }
  return found;
}
