import { relative } from "node:path";
import type { FlagChange, SourceChange } from "@sop/core";
import { show } from "../../flags/kind.js";
import { withFlags } from "../../flags/live-flags.js";
import { EXIT, type Terminal } from "../../terminal.js";

/** Prints each change of a file's flags as it comes, a line each, until the terminal's signal is aborted. */
export async function watchFlags(path: string, json: boolean | undefined, terminal: Terminal): Promise<number> {
  const { out, err, signal } = terminal;
  const say = (data: object, text: string): void => {
    const time = new Date().toISOString();
    out.write(json ? `${JSON.stringify({ time, ...data })}\n` : `${time}  ${text}\n`);
  };
  const watch = withFlags(
    path,
    async (sop) => {
      sop.observe({
        flagChanged: (change) => say(change, textOf(change)),
        sourceChanged: (change) => {
          if (change.state !== "READY") say(change, stateOf(change));
        },
      });
      err.write(`watching ${relative(process.cwd(), path)}; Ctrl-C ends it\n`);
      await aborted(signal);
    },
    (fields, message) => {
      const { flag, problem } = fields as { flag?: string; problem?: string };
      if (flag !== undefined) say({ flag, problem, message }, `${flag}: ${message}: ${problem}`);
    },
  );
  await watch;
  return EXIT.fine;
}

function textOf({ flag, value, previous }: FlagChange): string {
  const before = show(previous);
  const after = show(value);
  return before === after ? `${flag}: ${after}, by another rule than before` : `${flag}: ${before} -> ${after}`;
}

function stateOf({ source, state, problem }: SourceChange): string {
  return `${source}: ${state}: ${problem}`;
}

/** Keeps the process alive meanwhile: nothing that watches a file does. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const alive = setInterval(() => {}, 3_600_000);
    signal.addEventListener("abort", () => {
      clearInterval(alive);
      resolve();
    });
  });
}
