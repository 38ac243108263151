import { type Case, readCase } from "./case.ts";
import { folderOf, installCases, nodeOf } from "./install.ts";
import { caseFiles, HELP, type Options, readOptions, UsageError } from "./options.ts";
import { Record } from "./record.ts";
import { type Run, runCase, type Subject } from "./run-case.ts";
import { render } from "./table.ts";

interface Job {
  readonly subject: Case;
  readonly on: Subject;
  readonly attempt: number;
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args, folderOf);
    if (options) return await runAll(options);
    console.log(HELP);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${HELP}`);
    return 2;
  }
}

async function runAll(options: Options): Promise<number> {
  const files = caseFiles(options);
  say("fetching the packages of the cases");
  const problem = options.areOurs ? installCases() : undefined;
  if (problem !== undefined) {
    console.error(`the packages of the cases cannot be fetched: ${problem}`);
    return 3;
  }
  const subjects = options.nodes.map((version) => ({ version, path: nodeOf(version), preload: preloadOf(options) }));
  const missing = subjects.find(({ path }) => path === undefined);
  if (missing) {
    console.error(`there is no Node ${missing.version}: CORPUS_NODE${missing.version}=/path/to/node says where it is`);
    return 3;
  }
  const cases = files.map(readCase);
  const record = new Record(options.json);
  const jobs = jobsOf(cases, subjects as readonly Subject[], options).filter(
    ({ subject, on, attempt }) => !record.has(subject.id, on.version, attempt),
  );
  await work(jobs, options, record);
  const ids = new Set(cases.map(({ id }) => id));
  const runs = record.runs.filter(({ id, node }) => ids.has(id) && options.nodes.includes(node));
  console.log(render(runs, options));
  return runs.every(({ isRight }) => isRight) ? 0 : 1;
}

function preloadOf({ attach }: Options): string | undefined {
  if (attach === "none") return undefined;
  return attach ?? import.meta.resolve("@sop/node/register");
}

/** Round by round, so that what is there after a while is of all cases. */
function jobsOf(cases: readonly Case[], subjects: readonly Subject[], { times }: Options): Job[] {
  const rounds = Array.from({ length: times }, (_, i) => i + 1);
  return rounds
    .flatMap((attempt) => subjects.flatMap((on) => cases.map((subject) => ({ subject, on, attempt }))))
    .filter(({ subject: { nodes }, on: { version } }) => nodes?.includes(version) ?? true);
}

async function work(jobs: readonly Job[], { jobs: atOnce, keep }: Options, record: Record): Promise<void> {
  const waiting = [...jobs];
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      const { subject, on, attempt } = job;
      say(`${done + 1} of ${jobs.length}: ${subject.id} on Node ${on.version}`);
      const run = await oneOf(job, keep);
      done++;
      if (run) record.add(run);
      if (run) tell(run);
      else console.error(`${subject.id} on Node ${on.version}, run ${attempt}: it did not start`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function oneOf({ subject, on, attempt }: Job, keep: string | undefined): Promise<Run | undefined> {
  try {
    return await runCase(subject, on, attempt, keep);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function tell({ id, node, attempt, answer, isRight, took, expected, ended, bystanders, triggered, others }: Run): void {
  const time = took === undefined ? "" : ` after ${(took / 1_000).toFixed(1)} s`;
  const rest = others.length > 0 ? ` (also ${others.join(", ")})` : "";
  const verdict = isRight ? "right" : `WRONG, expected ${expected.join(" or ")}`;
  const end = ended === undefined ? "" : `, ended by ${ended}`;
  const mixes = `bystanders ${JSON.stringify(bystanders)}, trigger ${JSON.stringify(triggered)}`;
  plain(`${id} on Node ${node}, run ${attempt}: ${answer}${time}${rest}: ${verdict}${end}; ${mixes}`);
}

/** How far it is: a line that changes on a terminal, nothing elsewhere, where each run has its own line. */
function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}\r`);
}

function plain(text: string): void {
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  console.error(text);
}
