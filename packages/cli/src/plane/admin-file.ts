import { readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { CommandError } from "../command-error.js";
import { EXIT } from "../terminal.js";

/** What a running service writes about its admin plane. */
export interface AdminFile {
  /** The file, as people would write it. */
  readonly path: string;
  readonly url: string;
  readonly token: string | undefined;
  readonly pid: number | undefined;
  readonly service: string | undefined;
  /** The certificates of its authority, PEM. */
  readonly ca: string | undefined;
}

/** What `admin.json` of a directory says; `undefined` where there is none. Ends the command where it cannot be read. */
export function readAdminFile(dir: string | undefined, warn: (message: string) => void): AdminFile | undefined {
  const file = resolve(dir || process.env["SOP_DIR"] || ".sop/incidents", "admin.json");
  const shown = relative(process.cwd(), file);
  const path = shown.startsWith("..") ? file : shown;
  const text = readSecret(file, path, warn);
  return text === undefined ? undefined : parse(text, path);
}

/** The text of a file that only its owner should read; `undefined` where there is none. */
export function readSecret(file: string, shown: string, warn: (message: string) => void): string | undefined {
  try {
    const text = readFileSync(file, "utf8");
    const isShared = process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0;
    if (isShared) warn(`${shown} can be read by others: chmod 600 ${shown}, and take a new token`);
    return text;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new CommandError(EXIT.unreachable, `${shown} cannot be read (${code})`);
  }
}

function parse(text: string, path: string): AdminFile {
  const { url, token, pid, service, ca } = jsonObject(text);
  if (typeof url !== "string" || !URL.canParse(url)) {
    throw new CommandError(
      EXIT.unreachable,
      `${path} is not what a service writes: it has no url; --addr names a plane`,
    );
  }
  return {
    path,
    url,
    token: typeof token === "string" && token !== "" ? token : undefined,
    // A process id below 1 means groups of processes.
    pid: Number.isInteger(pid) && Number(pid) > 0 ? Number(pid) : undefined,
    service: typeof service === "string" ? service : undefined,
    ca: typeof ca === "string" && ca !== "" ? pemOf(ca, path) : undefined,
  };
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** It may be a path, from the file's own place. */
function pemOf(ca: string, path: string): string {
  if (ca.includes("-----BEGIN")) return ca;
  const file = resolve(join(path, ".."), ca);
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CommandError(
      EXIT.unreachable,
      `${file}, the authority in ${path}, cannot be read (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}

/** Whether a process is there, ours or not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
