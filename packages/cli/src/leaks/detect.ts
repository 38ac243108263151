import { setTimeout as wait } from "node:timers/promises";
import { OptionError } from "@sop/core";
import { CommandError } from "../command-error.js";
import { type PlaneOptions, readDuration } from "../plane/options.js";
import type { Plane } from "../plane/plane.js";
import { withPlane } from "../plane/plane-finder.js";
import { EXIT, print, type Terminal, widthFor } from "../terminal.js";
import { span } from "../text/units.js";
import { isLeaking, judge } from "./judge.js";
import type { Look } from "./look.js";
import { compareSnapshots } from "./snapshots/run.js";
import { verdictText } from "./text.js";

/** How leaks are looked for. */
export interface DetectOptions extends PlaneOptions {
  readonly duration: string;
  readonly interval: string;
  readonly structures: boolean;
  readonly heapSnapshot: boolean;
  readonly maxHeap: string;
  readonly json?: boolean;
}

const PATH = "/debug/mw/allocations";
/** At the start, after the warm-up, and four more: the plane takes ten a minute. */
const LOOKS = 6;
/** V8 collects all garbage for each look, which takes as long as the heap is large. */
const PATIENCE = "60s";

/** Looks at a running service several times, and says what leaks. Exit 1 where something does. */
export function detectLeaks(options: DetectOptions, terminal: Terminal): Promise<number> {
  const duration = readDuration("--duration", options.duration, 5_000, 1_800_000);
  const interval = readInterval(options.interval);
  const maxHeap = readMebibytes(options.maxHeap);
  // What ends the command must not end the request that puts the sampling back.
  const lasting = { ...terminal, signal: new AbortController().signal };
  return withPlane(
    { ...options, timeout: options.timeout === "5s" ? PATIENCE : options.timeout },
    lasting,
    async (plane) => {
      if (options.heapSnapshot) return compareSnapshots(plane, { duration, maxHeap, json: options.json }, terminal);
      const looks = await lookAt(plane, { duration, interval, structures: options.structures }, terminal);
      const verdict = judge(looks);
      const isFound = isLeaking(verdict);
      const text = options.json ? "" : verdictText(plane.name, verdict, widthFor(terminal.out));
      print(terminal, options.json, { service: plane.name, leaking: isFound, ...verdict }, text);
      return isFound ? EXIT.found : EXIT.fine;
    },
  );
}

async function lookAt(
  plane: Plane,
  { duration, interval, structures }: { duration: number; interval: number; structures: boolean },
  { signal, err }: Terminal,
): Promise<readonly Look[]> {
  const looks: Look[] = [];
  const began = performance.now();
  await plane.send("POST", PATH, { interval, for: duration + 120_000 });
  try {
    for (let i = 0; i < LOOKS; i++) {
      await pause(
        began + (duration * i) / (LOOKS - 1),
        (left) => progress(err, `look ${i + 1} of ${LOOKS} in ${span(left)}`),
        signal,
      );
      // V8 walks the heap for them: after the warm-up, and at the end.
      const isWanted = structures && (i === 1 || i === LOOKS - 1);
      looks.push(await plane.get<Look>(PATH, isWanted ? { structures: true } : {}));
      if (looks[0]?.interval !== looks.at(-1)?.interval) {
        throw new CommandError(EXIT.found, `${plane.name} was set to another sampling meanwhile: start again`);
      }
    }
  } finally {
    progress(err, "");
    await plane.send("DELETE", PATH).catch(() => {});
  }
  return looks;
}

async function pause(until: number, show: (left: number) => void, signal: AbortSignal): Promise<void> {
  for (let left = until - performance.now(); left > 0; left = until - performance.now()) {
    show(left);
    await wait(Math.min(left, 1_000), undefined, { signal });
  }
}

function progress(err: Terminal["err"], text: string): void {
  if (err.isTTY) err.write(`\r\u001b[2K${text}`);
}

function readMebibytes(given: string): number {
  const [, mebibytes] = /^(\d{1,4})MiB$/.exec(given) ?? [];
  if (mebibytes !== undefined && Number(mebibytes) >= 1 && Number(mebibytes) <= 4_096)
    return Number(mebibytes) * 2 ** 20;
  throw new OptionError([{ path: "--max-heap", value: JSON.stringify(given), allowed: "1MiB to 4096MiB" }]);
}

function readInterval(given: string): number {
  const bytes = Number(given);
  if (/^\d+$/.test(given) && bytes >= 4_096 && bytes <= 1_048_576) return bytes;
  throw new OptionError([{ path: "--interval", value: JSON.stringify(given), allowed: "4096 to 1048576 bytes" }]);
}
