import { createRequire } from "node:module";
import { basename, dirname } from "node:path";
import type { Ask } from "./ask.ts";

/** What a case can use while it brings its failure about. */
export interface Stage {
  readonly port: number;
  /** Asks the application; never rejects. */
  readonly req: Ask;
  readonly sleep: (ms: number) => Promise<void>;
  /** `v` becomes true when the time is over. */
  readonly stop: { v: boolean };
  /** Milliseconds since 1970: when the time is over. */
  readonly until: number;
  /** A place of its own for whatever the case counts. */
  readonly notes: Record<string, unknown>;
}

/** What a file of a case exports. Those of others may say `cls` in words of their own in the place of `expects`. */
interface CaseFile {
  readonly expects?: string | readonly string[];
  readonly cls?: string;
  readonly pkg: string;
  readonly issue?: string;
  /** How long the trigger takes, in milliseconds; default 8,000. */
  readonly ms?: number;
  readonly heapMb?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** The major versions of Node on which it fails; default: all. */
  readonly nodes?: readonly string[];
  /** What bystanders ask for; default `/health`. */
  readonly healthy?: string;
  warm?(stage: Stage): Promise<void>;
  trigger(stage: Stage): Promise<void>;
}

/** A case: an application that was not changed, what is done to it, and what its diagnosis has to be. */
export interface Case extends CaseFile {
  readonly id: string;
  /** Its folder: `dev`, `tuning`, `held-out`. */
  readonly set: string;
  readonly file: string;
  /** The classes that are right; `none` alone for a healthy one. */
  readonly expected: readonly string[];
  readonly isControl: boolean;
}

/** Reads a case from its file. Throws where it says no class that is known. */
export function readCase(file: string): Case {
  const found = createRequire(import.meta.url)(file) as CaseFile;
  const expected = found.expects === undefined ? [classOf(found.cls ?? "")].flat() : [found.expects].flat();
  return {
    ...found,
    id: basename(file).replace(/\.c?js$/, ""),
    set: basename(dirname(file)),
    file,
    expected,
    isControl: expected.includes("none"),
  };
}

const CLASSES: readonly (readonly [RegExp, string | readonly string[]])[] = [
  [/^none/, "none"],
  [/^crash\((uncaught)/, "crash.uncaught"],
  [/^crash\((unhandled|rejection)/, "crash.unhandled_rejection"],
  [/oom/, "crash.oom"],
  [/^memory/, "memory_leak"],
  [/^fd/, "fd_leak"],
  [/^deadlock/, "deadlock"],
  [/^pool/, "pool_exhaustion"],
  [/hung|hang/, ["timeout_cascade", "dependency_hang"]],
  [/^timeout/, "timeout_cascade"],
  [/outage/, "dependency_outage"],
  [/^retry/, "retry_storm"],
  [/^overload/, "overload"],
  [/^(stall|event)/, "event_loop_stall"],
  [/^race/, "race_condition"],
];

function classOf(text: string): string | readonly string[] {
  const found = CLASSES.find(([words]) => words.test(text));
  if (!found) throw new Error(`no class is known for ${JSON.stringify(text)}`);
  return found[1];
}
