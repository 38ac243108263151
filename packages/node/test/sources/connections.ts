import { readFileSync } from "node:fs";

const ESTABLISHED = "01";

/** How many connections to a port of loopback are open; `undefined` where the system does not tell. */
export function connectionsTo(port: number): number | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  try {
    const rows = readFileSync("/proc/net/tcp", "utf8").trim().split("\n").slice(1);
    return rows.filter((row) => {
      const [, , remote = "", state] = row.trim().split(/\s+/);
      return remote.endsWith(`:${hex}`) && state === ESTABLISHED;
    }).length;
  } catch {
    return undefined;
  }
}
