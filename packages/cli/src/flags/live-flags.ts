import { basename } from "node:path";
import { createSop, type Host, type Logger, type Sop, type SourceChange } from "@sop/core";
import { fileSource } from "@sop/node/sources/file";
import { CommandError } from "../command-error.js";
import { EXIT } from "../terminal.js";

/** The command's own process is no service: nothing in it is guarded, and its environment decides nothing. */
const ALONE: Host = { env: {}, onCrash: () => () => {}, exit: () => {} };

/** Uses the flags of a file as a service has them that has no others. `warn` is told of definitions that are wrong. */
export async function withFlags<T>(path: string, use: (sop: Sop) => T | Promise<T>, warn?: Logger["warn"]): Promise<T> {
  const nothing = (): void => {};
  const logger: Logger = { debug: nothing, info: nothing, warn: warn ?? nothing, error: nothing };
  const sources = [fileSource(path, { name: basename(path), interval: "1s" })];
  const sop = createSop({ service: "sop", logger, sources, ports: { host: ALONE } });
  try {
    const { problem } = await firstChange(sop);
    if (problem !== undefined) throw new CommandError(EXIT.found, problem);
    return await use(sop);
  } finally {
    sop.dispose();
  }
}

function firstChange(sop: Sop): Promise<SourceChange> {
  return new Promise((resolve) => {
    const stop = sop.observe({
      sourceChanged(change) {
        stop();
        resolve(change);
      },
    });
  });
}

/** Ends the command where there is no such flag. */
export function noFlag(flag: string, { flags, path }: { flags: readonly string[]; path: string }): CommandError {
  const there = flags.length === 0 ? "it has none" : `it has ${flags.slice(0, 10).join(", ")}`;
  return new CommandError(EXIT.found, `there is no flag ${flag} in ${basename(path)}; ${there}`);
}
