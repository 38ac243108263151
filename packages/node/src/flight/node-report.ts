import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { json, maskText } from "../forensics/mask.js";

const NAME = /^report\.\d+\.\d+\.(\d+)\.\d+\.\d+\.json$/;
const MOST_BYTES = 16 * 2 ** 20;

interface Report {
  readonly environmentVariables?: unknown;
  readonly header?: {
    readonly networkInterfaces?: unknown;
    readonly event?: unknown;
    readonly dumpEventTimeStamp?: unknown;
  };
}

/** The report that Node wrote of a process as it ended by a fatal error. */
export interface NodeReport {
  /** As a file's text, without environment and network, masked. */
  readonly text: string;
  /** What happened: `Allocation failed - JavaScript heap out of memory`. */
  readonly event: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The report of a process of that number; it is removed from where it was. */
export function takeNodeReport(dir: string, pid: number): NodeReport | undefined {
  let taken: NodeReport | undefined;
  for (const name of namesIn(dir)) {
    if (Number(NAME.exec(name)?.[1]) !== pid) continue;
    const path = join(dir, name);
    taken = read(path) ?? taken;
    rmSync(path, { force: true });
  }
  return taken;
}

function read(path: string): NodeReport | undefined {
  try {
    const text = readFileSync(path, "utf8");
    if (text.length > MOST_BYTES) return undefined;
    const { environmentVariables: _environment, ...report } = JSON.parse(text) as Report;
    const { networkInterfaces: _network, ...header } = report.header ?? {};
    const at = Number(header.dumpEventTimeStamp);
    return {
      text: json({ ...report, header }),
      event: maskText(String(header.event ?? "")),
      at: Number.isFinite(at) && at > 0 ? at : statSync(path).mtimeMs,
    };
  } catch {
    // It died while it wrote it.
    return undefined;
  }
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir).sort();
  } catch {
    return [];
  }
}
