import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Unusable, unpack, unpackIncident } from "@sop/node/forensics";
import { CommandError } from "./command-error.js";
import { findIncident } from "./find-incident.js";
import type { IncidentsAnswer } from "./plane/answers.js";
import { withPlane } from "./plane/plane-finder.js";
import { EXIT, type Terminal, working } from "./terminal.js";

/** What can be given for evidence; part of every command's help. */
export const EVIDENCE_HELP =
  "an incident's directory, its bundle, its id, `latest`, a .tar.gz of sop forensics pack, or the URL of an admin plane";

/** Evidence that can be looked at, and what of it cannot. */
export interface Opened {
  /** The incident's directory; gone when the command ends, where it was packed. */
  readonly dir: string;
  readonly unusable: readonly Unusable[];
  /** Whether the directory is gone when the command ends. */
  readonly isTemporary?: boolean;
}

const PACKED = /\.(?:tar\.gz|tgz)$/;
const FETCHING = "60s";

/** Opens what was given, lets it be used, and leaves nothing behind. `dir`: where incidents are kept. */
export async function withIncident<T>(
  given: string,
  dir: string | undefined,
  terminal: Terminal,
  use: (opened: Opened) => T | Promise<T>,
): Promise<T> {
  const isUrl = /^https?:\/\//.test(given);
  const isFile = !isUrl && statSync(resolve(given), { throwIfNoEntry: false })?.isFile() === true;
  if (!isUrl && !isFile && !PACKED.test(given)) return use({ dir: findIncident(given, dir), unusable: [] });
  const temporary = mkdtempSync(join(tmpdir(), "sop-incident-"));
  try {
    const open = isUrl
      ? working(terminal, `fetching the evidence of ${given}`, () => fetched(given, dir, temporary, terminal))
      : unpackIncident(resolve(given), temporary);
    return await use({ ...(await open), isTemporary: true });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Of `http://host:port` the newest incident, of one with an incident's path that one. */
function fetched(given: string, dir: string | undefined, into: string, terminal: Terminal): Promise<Opened> {
  const url = new URL(given);
  const asked = /\/incidents\/([\w-]+)/.exec(url.pathname)?.[1];
  return withPlane({ addr: url.origin, dir, timeout: FETCHING }, terminal, async (plane) => {
    const id = asked ?? (await plane.get<IncidentsAnswer>("/debug/mw/incidents", { limit: 1 })).incidents[0]?.id;
    if (id === undefined)
      throw new CommandError(EXIT.usage, `${plane.name} has recorded no incident: sop forensics take`);
    const archive = await plane.download(`/debug/mw/incidents/${encodeURIComponent(id)}/bundle`);
    return unpack(archive, plane.name, into);
  });
}
