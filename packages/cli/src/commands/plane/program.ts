import type { Command } from "commander";
import { addPlaneOptions, type PlaneOptions } from "../../plane/options.js";
import type { Terminal } from "../../terminal.js";
import { showBreakers } from "./breakers.js";
import { type EventsOptions, showEvents } from "./events.js";
import { type IncidentsOptions, showIncident, showIncidents } from "./incidents.js";
import { type RequestsOptions, showRequests } from "./requests.js";
import { showSnapshot } from "./snapshot.js";
import { type TakeOptions, takeEvidence } from "./take.js";

/** Adds the commands that ask a running service. */
export function addPlaneCommands(
  program: Command,
  forensics: Command,
  terminal: Terminal,
  done: (code: number) => void,
): void {
  const command = (name: string, about: string, example: string, parent = program): Command =>
    addPlaneOptions(parent.command(name).description(about))
      .option("--json", "the answer as JSON, as the service gave it")
      .addHelpText("after", `\nExample:\n  ${example}`);

  command("snapshot", "a running service at a glance", "sop snapshot --addr 127.0.0.1:9320")
    .option("--breakers", "every breaker with its last failures; a service answers five times a minute", false)
    .action(async (given: PlaneOptions & { readonly json?: boolean; readonly breakers: boolean }) => {
      const show = given.breakers ? showBreakers : showSnapshot;
      done(await show(given, given.json, terminal));
    });
  command("requests", "the requests in flight of a running service, the oldest first", "sop requests --watch")
    .option("--watch", "again and again in the same place, until q or Ctrl-C", false)
    .option("--interval <duration>", "how often with --watch, 200ms to 1m", "1s")
    .option("--route <template>", "only those of this route: /orders/:id")
    .option("--min-age <duration>", "only those that are at least so old")
    .option("--limit <n>", "at most so many, 1 to 1000", "100")
    .action(async (given: RequestsOptions) => done(await showRequests(given, terminal)));
  command("incidents", "the incidents of a running service, or one of them", "sop incidents 20261124T041530Z-1f9a3c")
    .argument("[id]", "the incident that is shown; without it all are listed, the newest first")
    .option("--limit <n>", "at most so many, 1 to 100", "20")
    .action(async (id: string | undefined, given: IncidentsOptions) => {
      done(await (id === undefined ? showIncidents(given, terminal) : showIncident(id, given, terminal)));
    });
  command("events", "what happens in a running service, a line each, until Ctrl-C", "sop events --types breaker,panic")
    .option("--types <names>", "only these, by commas: panic, crash, breaker, flag, rule, incident, drain, audit ...")
    .action(async (given: EventsOptions) => done(await showEvents(given, terminal)));
  command("take", "has a running service take a bundle of evidence now", "sop forensics take", forensics)
    .option("--heap-snapshot", "also a snapshot of the heap, when the process leaves: all it has in memory", false)
    .option("--core", "also a core dump, when the process leaves, where gdb is installed", false)
    .action(async (given: TakeOptions) => done(await takeEvidence(given, terminal)));
}
