import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Application, startApplication } from "./application.ts";
import { type Answer, type Ask, asker, type Question } from "./ask.ts";
import type { Case } from "./case.ts";
import { firstHarm, mixOf } from "./harm.ts";
import { IncidentWatch, type SeenIncident } from "./incidents.ts";

const BASELINE = 1_500;
const RECOVERY = 3_500;
/** Bystanders ask twenty times a second. */
const EACH = 50;
/** How long the next process of a service that died is given to tell of the dead one. */
const AFTERMATH = 6_000;

/** The runtime that a case is run on, and what is attached to it. */
export interface Subject {
  /** `20`, `24`. */
  readonly version: string;
  readonly path: string;
  readonly preload: string | undefined;
}

/** What one run of a case came to. */
export interface Run {
  readonly id: string;
  readonly set: string;
  readonly expected: readonly string[];
  readonly node: string;
  readonly attempt: number;
  /** The class that it was diagnosed as; `no incident`, or `not diagnosed`. */
  readonly answer: string;
  readonly isRight: boolean;
  readonly verdict: string;
  readonly summary: string;
  /** What other incidents said, where there was more than one. */
  readonly others: readonly string[];
  /** From the first harmed request, or where none was from the trigger's begin, until the right diagnosis was written; never below 0. */
  readonly took: number | undefined;
  readonly wasHarmed: boolean;
  readonly ended: string | undefined;
  readonly bystanders: Readonly<Record<string, number>>;
  readonly triggered: Readonly<Record<string, number>>;
  readonly features: Readonly<Record<string, number>>;
  readonly stderr: string;
}

/**
 * Runs a case once: bystanders for 1.5 s, the trigger beside them, 3.5 s to recover; what died is started again, once. `keep`: where what it left
 * on disk is copied to, if it was wrong.
 */
export async function runCase(subject: Case, on: Subject, attempt: number, keep?: string): Promise<Run> {
  const cwd = mkdtempSync(join(tmpdir(), "sop-corpus-"));
  const dir = join(cwd, "incidents");
  const start = { node: on.path, preload: on.preload, dir, cwd };
  const watch = new IncidentWatch(dir);
  let application: Application | undefined;
  try {
    application = await startApplication(subject, start);
    const seen = await stage(subject, application);
    const exit = application.exit();
    if (exit && on.preload !== undefined) {
      application = await startApplication(subject, start);
      await pause(AFTERMATH);
    }
    await application.kill();
    const run = judge(subject, watch.read(), {
      node: on.version,
      attempt,
      ended: exit && String(exit.signal ?? exit.code),
      stderr: application.stderr(),
      ...seen,
    });
    if (keep !== undefined && !run.isRight)
      cpSync(dir, join(keep, `${run.id}-${run.node}-${attempt}`), { recursive: true });
    return run;
  } finally {
    watch.stop();
    await application?.kill();
    rmSync(cwd, { recursive: true, force: true });
  }
}

interface Seen {
  readonly began: number;
  readonly bystanders: readonly Answer[];
  readonly triggered: readonly Answer[];
}

async function stage(subject: Case, { port, exit }: Application): Promise<Seen> {
  const stop = { v: false };
  const bystanders: Answer[] = [];
  const triggered: Answer[] = [];
  const healthy = asker(port, (answer) => bystanders.push(answer));
  let isOver = false;
  const standBy = (async () => {
    while (!isOver) {
      if (!exit()) void healthy({ path: subject.healthy ?? "/health" });
      await pause(EACH);
    }
  })();
  const common = { port, sleep: pause, stop, notes: {} };
  await subject.warm?.({ ...common, req: eitherWay(asker(port)), until: Number.POSITIVE_INFINITY });
  await pause(BASELINE);

  const began = Date.now();
  const until = began + (subject.ms ?? 8_000);
  const trigger = subject
    .trigger({ ...common, req: asker(port, (answer) => triggered.push(answer)), until })
    .catch(() => {});
  while (Date.now() < until && !exit()) await pause(Math.min(250, until - Date.now()));
  stop.v = true;
  await Promise.race([trigger, pause(1_500, undefined, { ref: false })]);
  if (!exit()) await pause(RECOVERY);
  isOver = true;
  await standBy;
  return { began, bystanders: bystanders.filter(({ asked }) => asked >= began), triggered };
}

/** While they warm up cases of others say the port first. */
function eitherWay(ask: Ask): Ask {
  return (...args: readonly unknown[]) => ask((typeof args[0] === "number" ? args[1] : args[0]) as Question);
}

type Facts = Seen & Pick<Run, "node" | "attempt" | "ended" | "stderr">;

const EMPTY: readonly string[] = ["none", "unknown", "not diagnosed"];

function judge(subject: Case, incidents: readonly SeenIncident[], facts: Facts): Run {
  const { id, set, expected, isControl } = subject;
  const { began, bystanders, triggered, ...others } = facts;
  const found = incidents.findLast(({ cause }) => !EMPTY.includes(cause)) ?? incidents.at(-1);
  const answer = found?.cause ?? "no incident";
  const harmed = firstHarm([...bystanders, ...triggered]);
  const diagnosed = incidents
    .flatMap(({ history }) => history)
    .filter(({ cause }) => expected.includes(cause))
    .map(({ at }) => at);
  const isRight = isControl ? incidents.length === 0 : expected.includes(answer);
  return {
    id,
    set,
    expected,
    answer,
    isRight,
    verdict: found?.verdict ?? "",
    summary: found?.summary ?? "",
    others: incidents.filter((incident) => incident !== found).map(({ cause }) => cause),
    took: diagnosed.length > 0 ? Math.max(0, Math.round(Math.min(...diagnosed) - (harmed ?? began))) : undefined,
    wasHarmed: harmed !== undefined,
    bystanders: mixOf(bystanders),
    triggered: mixOf(triggered),
    features: found?.features ?? {},
    ...others,
  };
}
