import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const ESTABLISHED = "01";

/** How many connections of this process to a port of loopback are open; `undefined` where the system does not tell. */
export function connectionsTo(port: number): number | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  try {
    const own = ownSockets();
    const rows = readFileSync("/proc/net/tcp", "utf8").trim().split("\n").slice(1);
    return rows.filter((row) => {
      const [, , remote = "", state, , , , , , inode = ""] = row.trim().split(/\s+/);
      return remote.endsWith(`:${hex}`) && state === ESTABLISHED && own.has(`socket:[${inode}]`);
    }).length;
  } catch {
    return undefined;
  }
}

function ownSockets(): Set<string> {
  const links = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // Closed since it was listed.
      return "";
    }
  });
  return new Set(links);
}
