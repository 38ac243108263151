import { readEvidence, renderReport } from "@sop/node/forensics";
import { EXIT, print, type Terminal } from "../terminal.js";

/** Prints an incident for people, as it is now; as JSON, what the report is made of. */
export function reportIncident(dir: string, json: boolean | undefined, terminal: Terminal): number {
  print(terminal, json, readEvidence(dir), renderReport(dir));
  return EXIT.fine;
}
