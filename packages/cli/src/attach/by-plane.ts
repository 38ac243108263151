import { CommandError } from "../command-error.js";
import { readAdminFile } from "../plane/admin-file.js";
import type { PlaneOptions } from "../plane/options.js";
import type { Plane } from "../plane/plane.js";
import { EXIT } from "../terminal.js";
import type { Door } from "./door.js";

const PATH = "/debug/mw/inspector";

/** Whether the options lead to the admin plane of this process: by its address, or by what it wrote. */
export function isPlaneOf(pid: number, { addr, dir }: PlaneOptions): boolean {
  return addr !== undefined || readAdminFile(dir, () => {})?.pid === pid;
}

/** Has the service open its own inspector. It closes it itself, even where this command is gone by then. */
export async function openByPlane(plane: Plane, pid: number, ms: number, port: number): Promise<Door> {
  const opened = await plane.send<{ pid: number; url: string; until: number }>("POST", PATH, { for: ms, port });
  const close = async (): Promise<void> => void (await plane.send("DELETE", PATH));
  if (opened.pid !== pid) {
    await close();
    throw new CommandError(EXIT.found, `${plane.name} is the plane of process ${opened.pid}, not of ${pid}`);
  }
  return { pid, url: opened.url, until: opened.until, by: "plane", close };
}
