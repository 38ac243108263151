import { isIP, isIPv4 } from "node:net";

/** Whether only this machine reaches an address or a name. */
export function isLoopback(host: string): boolean {
  const address = bare(host);
  if (address === "localhost") return true;
  if (isIPv4(address)) return address.startsWith("127.");
  return isIP(address) === 6 && ["[::1]", "[::ffff:7f00:1]"].includes(new URL(`http://[${address}]`).hostname);
}

/** The name in a `Host` header, in lower case and without its port; `undefined` where it is none. */
export function hostNameOf(header: string): string | undefined {
  const [, name] = /^([\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.exec(header) ?? [];
  return name?.toLowerCase();
}

/** Whether callers name the listener by its own address or by a name that was allowed: another one points here by DNS rebinding. */
export function isOwnName(name: string, host: string, allowed: readonly string[]): boolean {
  if (isLoopback(name) || bare(name) === bare(host) || allowed.some((other) => bare(other) === bare(name))) return true;
  // A page cannot be rebound to an address: its origin is the address already.
  return !isLoopback(host) && isIP(bare(name)) !== 0;
}

function bare(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}
