import { SopError } from "@sop/core";
import { parseAlias } from "@sop/lab";
import { Command, CommanderError } from "commander";
import { addAttach } from "./attach/program.js";
import { CommandError } from "./command-error.js";
import { renderAlertmanager } from "./commands/alertmanager.js";
import { renderDashboard } from "./commands/dashboard.js";
import { diagnoseIncident } from "./commands/diagnose.js";
import { showEvidence, verifyIncident } from "./commands/evidence.js";
import { explainIncident } from "./commands/explain.js";
import { listAll } from "./commands/incidents.js";
import { type PackCommand, packEvidence } from "./commands/pack.js";
import { checkPlain, type PerturbArguments, perturbTarget } from "./commands/perturb.js";
import { addPlaneCommands } from "./commands/plane/program.js";
import { type ReportCommand, reportIncident } from "./commands/report.js";
import { reproduce } from "./commands/repro.js";
import { type RulesArguments, renderRules } from "./commands/rules.js";
import { addRun } from "./commands/run/program.js";
import { findIncident, INCIDENT_HELP } from "./find-incident.js";
import { addFlags } from "./flags/program.js";
import { addLeakDetector } from "./leaks/program.js";
import { EVIDENCE_HELP, withIncident } from "./open-incident.js";
import { addLatencyProfiler } from "./profiler/program.js";
import { EXIT, type Terminal } from "./terminal.js";

const CONFIG_HELP = "the configuration file (default: SOP_CONFIG, else sop.yaml)";

interface ReproArguments extends PerturbArguments {
  readonly run: boolean;
  readonly alias: string;
}

interface Common {
  readonly json?: boolean;
  readonly dir?: string;
}

/**
 * Runs `sop` with the given arguments. Gives the exit code: 0 fine, 1 found or failed, 2 wrong usage, 3 what is asked for cannot
 * be reached, 130 interrupted. Never throws: what is wrong is on `terminal.err`, with `--json` as `{ "error": { "code", "message" } }` on `terminal.out`.
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = EXIT.fine;
  const program = makeProgram(terminal, (found) => {
    code = found;
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
    if (terminal.signal.aborted) return EXIT.interrupted;
    return report(error, args.includes("--json"), terminal);
  }
}

function makeProgram(terminal: Terminal, done: (code: number) => void): Command {
  const program = new Command("sop")
    .description(
      "What a service does now, what was recorded of an incident, its diagnosis and its reproduction; flags, rules and alerts.",
    )
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out.write(text), writeErr: (text) => terminal.err.write(text) })
    .showHelpAfterError("(--help tells how it is used)");

  const plain = (name: string, about: string, example: string, parent = program): Command =>
    parent
      .command(name)
      .description(about)
      .option("--json", "the result as JSON")
      .addHelpText("after", `\nExample:\n  ${example}`);
  const command = (...described: Parameters<typeof plain>): Command =>
    plain(...described).option("--dir <path>", "where incidents are kept (default: SOP_DIR, else .sop/incidents)");

  const forensics = program
    .command("forensics")
    .description("evidence: takes it, lists, shows and verifies what was recorded");
  command("list", "lists recorded incidents, the newest first", "sop forensics list", forensics).action(
    ({ dir, json }: Common) => done(listAll(dir, json, terminal)),
  );
  command("show", "lists an incident's evidence, and what was left out and why", "sop forensics show latest", forensics)
    .argument("<incident>", EVIDENCE_HELP)
    .action(async (given: string, { dir, json }: Common) =>
      done(await withIncident(given, dir, terminal, (opened) => showEvidence(opened, json, terminal))),
    );
  command(
    "verify",
    "holds an incident's evidence against its manifest; exit 1 where it is not as it was recorded",
    "sop forensics verify latest",
    forensics,
  )
    .argument("<incident>", EVIDENCE_HELP)
    .action(async (given: string, { dir, json }: Common) =>
      done(await withIncident(given, dir, terminal, (opened) => verifyIncident(opened, json, terminal))),
    );
  command(
    "pack",
    "packs an incident as one .tar.gz, the same each time, and tells its checksum",
    "sop forensics pack latest --output incident.tar.gz",
    forensics,
  )
    .argument("<incident>", INCIDENT_HELP)
    .option("--output <file>", "where to (default: the incident's id with .tar.gz)")
    .option("--force", "replaces a file that is there", false)
    .action(async (given: string, { dir, ...wanted }: Common & PackCommand) =>
      done(await packEvidence(findIncident(given, dir), wanted, terminal)),
    );
  command(
    "diagnose",
    "diagnoses what was recorded, again and with this version; exit 1 when it finds a failure",
    "sop diagnose latest --explain",
  )
    .argument("<incident>", EVIDENCE_HELP)
    .option("--explain", "every step from the samples to the sentence", false)
    .action(async (given: string, { dir, json, explain }: Common & { explain: boolean }) => {
      const tell = explain ? explainIncident : diagnoseIncident;
      done(await withIncident(given, dir, terminal, (opened) => tell(opened, json, terminal)));
    });
  command(
    "report",
    "prints an incident for people, in Markdown; or as a page or a picture, each one file that needs nothing else",
    "sop report latest --html incident.html --open",
  )
    .argument("<incident>", EVIDENCE_HELP)
    .option("--html <file>", "writes it as a page: charts, lock graph and topology, every figure linked to its samples")
    .option("--svg <file>", "writes it as one picture")
    .option("--open", "shows the page in the browser")
    .action(async (given: string, { dir, ...wanted }: Common & ReportCommand) =>
      done(await withIncident(given, dir, terminal, (opened) => reportIncident(opened, wanted, terminal))),
    );
  command(
    "repro",
    "writes an incident as a failing test; or searches for the order of events in which it, or a test file, fails; exit 1 when it fails",
    "sop repro latest --run --alias multer=multer-fixed\n  sop repro test/account.test.ts --perturb --runs 50",
  )
    .argument("<incident>", `${INCIDENT_HELP}; with --perturb also a test file of vitest, or a script`)
    .option("--run", "runs the test", false)
    .option("--alias <a=b,...>", "with another package in the place of one", "")
    .option(
      "--perturb",
      "runs it in many orders of its timers, files and requests, and tells the one in which it fails",
    )
    .option("--seed <n>", "with --perturb: the seed of the first order (default: 1)")
    .option("--runs <n>", "with --perturb: how many orders are tried (default: 20)")
    .action(async (given: string, { dir, json, ...options }: Common & ReproArguments) => {
      if (options.perturb) done(await perturbTarget(given, dir, { ...options, json }, terminal));
      else {
        checkPlain(options);
        const { run, alias } = options;
        done(await reproduce(findIncident(given, dir), { run, alias: parseAlias(alias), json }, terminal));
      }
    });
  addRun(program, terminal, done);
  addPlaneCommands(program, forensics, terminal, done);
  addFlags(program, terminal, done);
  addAttach(program, terminal, done);
  addLeakDetector(program, terminal, done);
  addLatencyProfiler(program, terminal, done);
  plain(
    "rules",
    "prints the rules of sop.yaml, and alerts that every service needs, as alerting rules of Prometheus",
    "sop rules --job orders > alerts.yaml",
  )
    .option("--config <path>", CONFIG_HELP)
    .option("--no-stock", "only the rules of sop.yaml")
    .option("--job <name>", "only series of this job (default: of all that the Prometheus scrapes)")
    .option("--runbooks <url>", "where the guides are, for links in alerts", "docs/guides")
    .action((given: RulesArguments) => done(renderRules(given, terminal)));
  plain(
    "alertmanager",
    "prints a configuration of Alertmanager: whom alerts.notify of sop.yaml wants told",
    "sop alertmanager > alertmanager.yaml",
  )
    .option("--config <path>", CONFIG_HELP)
    .action(({ config, json }: Common & { config?: string }) => done(renderAlertmanager(config, json, terminal)));
  plain("dashboard", "prints a dashboard of Grafana that shows every metric, as JSON", "sop dashboard > dashboard.json")
    .option("--title <title>", "its title", "SOP")
    .option("--datasource <uid>", "the uid of Prometheus in Grafana (default: the dashboard asks which)")
    .action(({ title, datasource }: { title: string; datasource?: string }) =>
      done(renderDashboard({ title, datasource }, terminal)),
    );
  return program;
}

/** Tells of an error; wrong input is wrong usage. */
function report(error: unknown, json: boolean, { out, err }: Terminal): number {
  const code = error instanceof SopError || error instanceof CommandError ? error.code : undefined;
  const message = messageOf(error);
  if (json) out.write(`${JSON.stringify({ error: { code, message } }, undefined, 2)}\n`);
  else err.write(`sop: ${message}\n`);
  if (error instanceof CommandError) return error.exit;
  return code === "SOP_ERR_OPTION" ? EXIT.usage : EXIT.found;
}

/** Where an error was thrown is of interest only where nobody meant it to be. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isMeant = error instanceof SopError || error instanceof CommandError;
  return isMeant ? error.message : (error.stack ?? error.message);
}
