import type { PlaneAddress } from "./find-plane.js";

/** What an error of the network means for the person who wants an answer. */
export function whyNoAnswer(error: unknown, { url, name, cert, ca }: PlaneAddress): string {
  const { code = "", message = String(error) } = error as NodeJS.ErrnoException;
  const isTls = url.protocol === "https:";
  if (code === "ECONNREFUSED")
    return `nothing listens at ${url.origin}: is the service running, with its admin plane on?`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `there is no host ${url.hostname} (${code})`;
  if (/^E(TIMEDOUT|HOSTUNREACH|NETUNREACH)$/.test(code)) return `${url.origin} cannot be reached from here (${code})`;
  if (isTls && SPEAKS_PLAIN.test(code + message)) return `${name} does not speak TLS there: try http://${url.host}`;
  if (isTls && UNKNOWN_AUTHORITY.test(code)) {
    const hint = ca ? "--ca names another one than its certificate is of" : "name it with --ca";
    return `${name} shows a certificate of an authority that is not known here (${code}): ${hint}`;
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return `${name} shows a certificate that ${code === "CERT_HAS_EXPIRED" ? "has expired" : "is not valid yet"}`;
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `${name} shows a certificate for other names: ${message}`;
  if (isTls && /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/.test(code)) return wantsCertificate(name, cert);
  if (isTls && /ALERT/.test(code)) return `${name} refuses the certificate of --cert (${alertOf(code)})`;
  // A server that refuses a certificate may just close, after a handshake that went well.
  if (isTls && CUT.test(code))
    return `${name} closed the connection: perhaps it ${cert ? "refuses the certificate of --cert" : "wants one, --cert and --key"}`;
  if (!isTls && /^HPE_/.test(code)) return `${name} does not speak HTTP there: try https://${url.host}`;
  if (CUT.test(code))
    return `${name} closed the connection without an answer; if it speaks TLS, it is https://${url.host}`;
  return `${name} gave no answer: ${message}${code && !message.includes(code) ? ` (${code})` : ""}`;
}

const SPEAKS_PLAIN =
  /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|wrong version number|packet length too long/;
const UNKNOWN_AUTHORITY =
  /SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT|CERT_SIGNATURE_FAILURE|INVALID_CA/;
const CUT = /^(ECONNRESET|EPIPE|ECONNABORTED)$/;

function wantsCertificate(name: string, cert: string | undefined): string {
  const hint = cert === undefined ? "--cert and --key" : "another one than --cert";
  return `${name} wants a certificate: ${hint}`;
}

/** `ERR_SSL_TLSV1_ALERT_UNKNOWN_CA` says `unknown ca`. */
function alertOf(code: string): string {
  return code
    .replace(/^.*ALERT_/, "")
    .replaceAll("_", " ")
    .toLowerCase();
}
