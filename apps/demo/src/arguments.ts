import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { SOURCES, type SourceName } from "./fleet/flag-source.ts";

export const HELP = `pnpm demo [options]

A small shop: gateway (Hono), orders (Fastify), accounts (NestJS) and catalog (Express), each a process on loopback, with
customers. An upload without an end crashes the catalog by a public package with a known failure (multer 1.4.5-lts.1). The
crash is contained, recorded, diagnosed, mitigated and reproduced as a failing test; each step is checked. Exit 0: all held.

  --keep            the shop and its customers stay when the loop is closed, until Ctrl-C
  --rate <n>        requests of customers a second, 20 to 500, default 100
  --dir <path>      where logs, configuration and incidents are kept, default apps/demo/.sop
  --source <name>   where the flag lives that a rule throws: file (default), or etcd, which the demo starts; it has to be on the PATH
  --help, -h

  pnpm demo --keep
  pnpm demo --source etcd`;

const DIRECTORY = join(import.meta.dirname, "../.sop");

/** What was asked for. */
export interface Arguments {
  readonly keep: boolean;
  readonly rate: number;
  readonly dir: string;
  readonly source: SourceName;
  readonly help: boolean;
}

/** Reads the command line. Throws what is wrong with it. */
export function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    // `pnpm demo -- --keep` hands the dashes on.
    args: args.filter((arg) => arg !== "--"),
    options: {
      keep: { type: "boolean", default: false },
      rate: { type: "string", default: "100" },
      dir: { type: "string", default: DIRECTORY },
      source: { type: "string", default: "file" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const rate = Number(values.rate);
  if (!Number.isInteger(rate) || rate < 20 || rate > 500) {
    throw new Error(`--rate: got ${values.rate}, expected a whole number of 20 to 500`);
  }
  const source = SOURCES.find((name) => name === values.source);
  if (source === undefined) throw new Error(`--source: got ${values.source}, expected ${SOURCES.join(" or ")}`);
  return { keep: values.keep, rate, dir: resolve(values.dir), source, help: values.help };
}
