import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the admin plane of this process is, as it says itself in the directory of incidents; `undefined` where there is none. */
export function planeAddress(incidents: string): string | undefined {
  try {
    const { url, pid } = JSON.parse(readFileSync(join(incidents, "admin.json"), "utf8")) as Record<string, unknown>;
    return pid === process.pid && typeof url === "string" && URL.canParse(url) ? new URL(url).origin : undefined;
  } catch {
    return undefined;
  }
}
