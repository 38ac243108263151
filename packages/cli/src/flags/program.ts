import type { Command } from "commander";
import { explainFlag } from "../commands/flags/explain.js";
import { getFlag } from "../commands/flags/get.js";
import { listFlags } from "../commands/flags/list.js";
import { setFlag } from "../commands/flags/set.js";
import { watchFlags } from "../commands/flags/watch.js";
import type { Terminal } from "../terminal.js";
import { CONTEXT_HELP, readContext } from "./context.js";
import { FILE_HELP, findFile } from "./place.js";

interface Common {
  readonly json?: boolean;
  readonly file?: string;
}

interface Asked extends Common {
  readonly context?: readonly string[];
}

const FLAG_HELP = "the flag's name";
const SCOPE =
  "The file is all that is read in this version: running services are not asked, and what their code or other sources say is not known.";

/** Adds `sop flags` to the program. */
export function addFlags(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const flags = program.command("flags").description("the flags of a file, their values, and why they have them");
  const command = (name: string, about: string, example: string): Command =>
    flags
      .command(name)
      .description(about)
      .option("--json", "the result as JSON")
      .option("--file <path>", FILE_HELP)
      .addHelpText("after", `\n${SCOPE}\n\nExample:\n  ${example}`);
  const asking = (made: Command): Command =>
    made
      .argument("<flag>", FLAG_HELP)
      .option("--context <k=v>", CONTEXT_HELP, (pair: string, pairs: readonly string[] = []) => [...pairs, pair]);

  command("list", "lists the flags, with their values outside of requests", "sop flags list").action(
    async ({ file, json }: Common) => done(await listFlags(findFile(file), json, terminal)),
  );
  asking(
    command(
      "get",
      "prints a flag's value, variant and reason; exit 1 when it cannot be decided",
      "sop flags get new-pricing --context targetingKey=user-7 --context plan=gold",
    ),
  ).action(async (flag: string, { file, json, context }: Asked) => {
    const wanted = readContext(context);
    done(await getFlag(flag, { path: findFile(file), context: wanted, json }, terminal));
  });
  command(
    "set",
    "writes a flag's value into the file, which services follow; of a flag with variants, its default variant",
    "sop flags set redis.enabled false",
  )
    .argument("<flag>", FLAG_HELP)
    .argument("<value>", "a value of the type that it has, or the name of a variant")
    .option("--force", "any value, in place of whatever there is; JSON, or else a text", false)
    .action((flag: string, value: string, { file, json, force }: Common & { force: boolean }) =>
      done(setFlag(flag, value, { path: findFile(file), force, json }, terminal)),
    );
  command("watch", "prints each change as it comes, a line each, until Ctrl-C", "sop flags watch --json").action(
    async ({ file, json }: Common) => done(await watchFlags(findFile(file), json, terminal)),
  );
  asking(
    command(
      "explain",
      "prints each step of the rule that decides a flag; exit 1 when it cannot be decided",
      "sop flags explain new-pricing --context targetingKey=user-7",
    ),
  ).action(async (flag: string, { file, json, context }: Asked) => {
    const wanted = readContext(context);
    done(await explainFlag(flag, { path: findFile(file), context: wanted, json }, terminal));
  });
}
