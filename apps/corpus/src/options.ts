import { existsSync, readdirSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { SETS } from "./install.ts";

export const HELP = `pnpm corpus [options]

Runs real failures of public packages, and healthy applications that look like them, each unchanged and attached to by
--import @sop/node/register, and tells how often the diagnosis on disk was right. A case takes 10 to 25 seconds.

  --set dev,tuning,held-out  which of our sets; default all. Nobody tunes on held-out: its score is the one that counts
  --only id,...              only these cases
  --cases dir                the cases of a folder in the place of ours
  --node 20,24               on these versions of Node; default 20,24. CORPUS_NODE20=/path/to/node: that one
  --times 5                  how often each on each; default 5
  --jobs 1                   how many at once, at most one for each processor; default 1
  --json file                keeps each run as a line of JSON; runs that are there already are not repeated
  --keep dir                 keeps what the runs that were wrong left on disk, each in a folder of its own
  --markdown                 prints the tables as a document has them
  --attach specifier         what is given to --import; "none": nothing, to see that a case fails without us
  --help

Ends with 0 where every diagnosis was right, 1 where one was not, 2 for wrong options, 3 where packages cannot be had.

  pnpm corpus --set dev --node 24 --times 1
  pnpm corpus --only moment-redos,control-spike --json runs.ndjson`;

/** The command line, checked. */
export interface Options {
  readonly folders: readonly string[];
  /** Whether they are ours, whose packages are fetched. */
  readonly areOurs: boolean;
  readonly only: readonly string[];
  readonly nodes: readonly string[];
  readonly times: number;
  readonly jobs: number;
  readonly json: string | undefined;
  /** Where the folders of runs that were wrong are kept. */
  readonly keep: string | undefined;
  readonly markdown: boolean;
  readonly attach: string | undefined;
}

/** What is wrong with a command line. */
export class UsageError extends Error {}

/** Reads the command line; `undefined`: help was asked for. Throws `UsageError`. */
export function readOptions(args: readonly string[], folderOf: (set: string) => string): Options | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const sets = list(values.set) ?? SETS;
  const wrong = sets.find((set) => !SETS.includes(set));
  if (wrong !== undefined) throw new UsageError(`--set: ${wrong} is none of ${SETS.join(", ")}`);
  const folder = values.cases === undefined ? undefined : resolve(values.cases);
  if (folder !== undefined && !isFolder(folder)) throw new UsageError(`--cases: ${folder} is no folder`);
  const nodes = list(values.node) ?? ["20", "24"];
  const odd = nodes.find((version) => !/^\d{2}$/.test(version));
  if (odd !== undefined) throw new UsageError(`--node: ${odd} is no major version, such as 24`);
  return {
    folders: folder === undefined ? sets.map(folderOf) : [folder],
    areOurs: folder === undefined,
    only: list(values.only) ?? [],
    nodes,
    times: atLeastOne("times", values.times ?? "5"),
    jobs: Math.min(atLeastOne("jobs", values.jobs ?? "1"), availableParallelism()),
    json: values.json === undefined ? undefined : resolve(values.json),
    keep: values.keep === undefined ? undefined : resolve(values.keep),
    markdown: values.markdown ?? false,
    attach: values.attach,
  };
}

/** The files of the cases in these folders; those of `only` where some are named. Throws `UsageError` for one that is not there. */
export function caseFiles({ folders, only }: Pick<Options, "folders" | "only">): string[] {
  const all = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.c?js$/.test(name))
      .sort()
      .map((name) => ({ id: name.replace(/\.c?js$/, ""), file: join(folder, name) })),
  );
  const missing = only.find((id) => !all.some((found) => found.id === id));
  if (missing !== undefined) throw new UsageError(`--only: there is no case ${missing} in ${folders.join(", ")}`);
  return all.filter(({ id }) => only.length === 0 || only.includes(id)).map(({ file }) => file);
}

function parse(args: readonly string[]) {
  try {
    const text = { type: "string" } as const;
    const { values } = parseArgs({
      args: [...args],
      options: {
        set: text,
        only: text,
        cases: text,
        node: text,
        times: text,
        jobs: text,
        json: text,
        keep: text,
        attach: text,
        markdown: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function list(text: string | undefined): string[] | undefined {
  const found = text?.split(",").flatMap((part) => part.trim() || []);
  return found && found.length > 0 ? found : undefined;
}

function atLeastOne(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new UsageError(`--${name}: ${text} is no whole number of 1 or more`);
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
