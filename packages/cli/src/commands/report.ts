import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { type ReportForm, readEvidence, renderReport } from "@sop/node/forensics";
import { CommandError } from "../command-error.js";
import type { Opened } from "../open-incident.js";
import { EXIT, print, type Terminal } from "../terminal.js";

/** Options of `sop report`. */
export interface ReportCommand {
  readonly json?: boolean;
  /** Where the page is written. */
  readonly html?: string;
  /** Where the picture is written. */
  readonly svg?: string;
  /** Whether the page is shown by the system's browser. */
  readonly open?: boolean;
}

/** Prints an incident for people, as it is now, or writes it as a page or a picture; as JSON, what the report is made of. */
export function reportIncident(
  { dir, isTemporary }: Opened,
  { json, html, svg, open }: ReportCommand,
  terminal: Terminal,
): number {
  // The browser reads it when this is over.
  const place = isTemporary ? `${basename(dir)}.html` : join(dir, "report.html");
  const page = html ?? (open ? place : undefined);
  const written = [write(dir, "html", page), write(dir, "svg", svg)].filter((file) => file !== undefined);
  if (open && page !== undefined) show(resolve(page), terminal);
  if (written.length === 0) print(terminal, json, readEvidence(dir), renderReport(dir));
  else print(terminal, json, { written }, written.map((file) => `wrote ${relative(process.cwd(), file)}`).join("\n"));
  return EXIT.fine;
}

function write(dir: string, form: ReportForm, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  const path = resolve(file);
  const content = renderReport(dir, form);
  try {
    writeFileSync(path, content, { mode: 0o600 });
  } catch (error) {
    throw new CommandError(EXIT.usage, `${path} cannot be written: ${(error as Error).message}`);
  }
  return path;
}

const OPENERS: Readonly<Record<string, readonly [command: string, ...args: string[]]>> = {
  darwin: ["open"],
  win32: ["explorer.exe"],
};

/** Hands a file to the system's browser; that there is none is said, and no failure: the file is there. */
function show(file: string, { err }: Terminal): void {
  const [command, ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const child = spawn(command, [...args, file], { stdio: "ignore", detached: true });
  child.on("error", ({ message }) => err.write(`sop: no browser could be opened (${message}): open ${file}\n`));
  child.unref();
}
