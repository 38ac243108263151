import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Where a process listens. */
export interface Listening {
  readonly host: string;
  readonly port: number;
}

const LISTEN = "0A";

/** Where a process listens by TCP; `undefined` where the system does not tell. */
export function listeningOf(pid: number): readonly Listening[] | undefined {
  try {
    const own = new Set(readdirSync(`/proc/${pid}/fd`).flatMap((fd) => inodeOf(`/proc/${pid}/fd/${fd}`)));
    return ["tcp", "tcp6"]
      .flatMap((name) => linesOf(`/proc/${pid}/net/${name}`))
      .flatMap((line) => {
        const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
        return state === LISTEN && own.has(inode) ? [addressOf(local)] : [];
      });
  } catch {
    return undefined;
  }
}

function inodeOf(path: string): string[] {
  try {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(path)) ?? [];
    return inode === undefined ? [] : [inode];
  } catch {
    // It was closed meanwhile.
    return [];
  }
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, "latin1")
      .split("\n")
      .slice(1)
      .filter((line) => line !== "");
  } catch {
    return [];
  }
}

/** `0100007F:240D` is 127.0.0.1:9229: words of four bytes, each in the order of the machine. */
function addressOf(local: string): Listening {
  const [hex = "", port = "0"] = local.split(":");
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, "hex")].reverse());
  const isMapped = bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff;
  const host = bytes.length === 4 || isMapped ? bytes.slice(-4).join(".") : wide(bytes);
  return { host, port: Number.parseInt(port, 16) };
}

function wide(bytes: readonly number[]): string {
  if (bytes.slice(0, 15).every((byte) => byte === 0)) return bytes[15] === 1 ? "::1" : "::";
  return (Buffer.from(bytes).toString("hex").match(/.{4}/g) ?? []).join(":");
}
