import { readFileSync, statSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { CommandError } from "../../command-error.js";
import type { Plane } from "../../plane/plane.js";
import { EXIT, print, type Terminal, working } from "../../terminal.js";
import { printable } from "../../text/printable.js";
import { count, span } from "../../text/units.js";
import { bytes } from "../text.js";
import { type NewObjects, newObjects } from "./compare.js";
import { type HeapGraph, parseSnapshot } from "./parse.js";

const PATH = "/debug/mw/heap-snapshot";
/** V8 has no longer texts. */
const LONGEST = 500_000_000;
const LEAST_BYTES = 1_048_576;

/** Has the service write two snapshots, and says what is new in the second. Exit 1 where that is 1 MiB or more. */
export async function compareSnapshots(
  plane: Plane,
  { duration, maxHeap, json }: { duration: number; maxHeap: number; json: boolean | undefined },
  terminal: Terminal,
): Promise<number> {
  terminal.err.write(
    `sop: warning: a snapshot holds the service for about 0.1 s for each MiB of its heap, and has its secrets in it\n`,
  );
  const take = async (which: string): Promise<string> => {
    const ask = () => plane.send<{ path: string }>("POST", PATH, { maxHeap });
    return (await working(terminal, `the ${which} snapshot`, ask)).path;
  };
  const before = await take("first");
  await working(terminal, `waiting for ${span(duration)}`, () =>
    wait(duration, undefined, { signal: terminal.signal }),
  );
  const after = await take("second");
  const found = newObjects(graphOf(before), graphOf(after));
  const isFound = found.reduce((sum, one) => sum + one.bytes, 0) >= LEAST_BYTES;
  print(terminal, json, { service: plane.name, before, after, new: found }, textOf(found, before, after));
  return isFound ? EXIT.found : EXIT.fine;
}

function graphOf(path: string): HeapGraph {
  try {
    if (statSync(path).size > LONGEST) throw new Error("it is larger than 500 MB: open it with Chrome DevTools");
    return parseSnapshot(readFileSync(path, "utf8"));
  } catch (error) {
    throw new CommandError(EXIT.unreachable, `${path} cannot be read here: ${(error as Error).message}`);
  }
}

function textOf(found: readonly NewObjects[], before: string, after: string): string {
  const lines = found.flatMap(({ name, count: number, bytes: size, path }) => [
    `${bytes(size)} in ${count(number, "new object")}: ${printable(name)}`,
    ...path.map((step, i) => `    ${i === 0 ? "kept by" : "   then"} ${printable(step)}`),
  ]);
  return [...lines, "", `${before}`, `${after}`].join("\n");
}
