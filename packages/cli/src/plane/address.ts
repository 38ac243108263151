import { OptionError } from "@sop/core";

/** Where a plane listens when nothing else is said. */
export const DEFAULT_ADDRESS = "http://127.0.0.1:9320";

const SCHEME = /^[a-z][a-z\d+.-]*:\/\//i;
const ALLOWED = "host:port or a URL without a path, such as 127.0.0.1:9320 or https://10.0.0.7:9320";

/**
 * The URL that an address means. Without a scheme it is `http` on this machine and `https` elsewhere, and `https` wherever there is
 * a certificate to show. Throws `SOP_ERR_OPTION` for what is no address, and for one that carries a token.
 */
export function readAddress(given: string, { hasCertificate = false }: { hasCertificate?: boolean } = {}): URL {
  const text = /^\d+$/.test(given) ? `127.0.0.1:${given}` : given;
  const url = parse(SCHEME.test(text) ? text : `http://${text}`);
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    throw new OptionError([{ path: "--addr", value: JSON.stringify(given), allowed: ALLOWED }]);
  }
  if (url.username || url.password || url.search) {
    // Not shown again: it may be the token.
    throw new OptionError([
      {
        path: "--addr",
        value: "a URL with more than an address",
        allowed: `${ALLOWED}; a token comes from --token-file`,
      },
    ]);
  }
  if (url.pathname !== "/" || url.hash) {
    throw new OptionError([{ path: "--addr", value: JSON.stringify(given), allowed: ALLOWED }]);
  }
  if (!SCHEME.test(text) && (hasCertificate || !isLoopback(url))) url.protocol = "https:";
  // Ports that are a scheme's own are dropped by URL; ours is 9320.
  if (!/:\d+$/.test(text.replace(/\/$/, ""))) url.port = "9320";
  return url;
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Whether what is sent there leaves this machine. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
