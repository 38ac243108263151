import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { FAULT_NAMES } from "./faults/faults.ts";
import { SOURCES, type SourceName } from "./fleet/flag-source.ts";

export const HELP = `pnpm demo [options]

A small shop: gateway (Hono), orders (Fastify), accounts (NestJS) and catalog (Express), each a process on loopback, with
customers. An upload without an end crashes the catalog by a public package with a known failure (multer 1.4.5-lts.1). The
crash is contained, recorded, diagnosed, mitigated and reproduced as a failing test; each step is checked. Exit 0: all held.

  --fault <name>    another failure in the place of the crash: ${FAULT_NAMES.slice(1).join(", ")};
                    list tells what each is. The catalog has to notice it by itself, and to name its class
  --keep            the shop and its customers stay when the loop is closed, until Ctrl-C
  --rate <n>        requests of customers a second, 20 to 500, default 40
  --dir <path>      where logs, configuration and incidents are kept, default apps/demo/.sop
  --source <name>   where the flag lives that a rule throws: file (default), or etcd, which the demo starts; it has to be on the PATH
  --alerts          with a Prometheus and an Alertmanager, which the demo starts; default where both are on the PATH
  --no-alerts       without
  --heatmap <file>  has sop latency-profiler measure the gateway meanwhile, and draw it
  --report <file>   the incident's report as one picture, when the loop is closed
  --help, -h

  pnpm demo --keep
  pnpm demo --fault deadlock
  pnpm demo --source etcd
  pnpm demo --alerts --heatmap heatmap.svg`;

const DIRECTORY = join(import.meta.dirname, "../.sop");

/** What was asked for. */
export interface Arguments {
  /** `list`: only tells which there are. */
  readonly fault: (typeof FAULT_NAMES)[number] | "list";
  readonly keep: boolean;
  readonly rate: number;
  readonly dir: string;
  readonly source: SourceName;
  /** `undefined`: where they can run. */
  readonly alerts: boolean | undefined;
  /** Where the heat map is to be. */
  readonly heatmap: string | undefined;
  /** Where the picture of the report is to be. */
  readonly report: string | undefined;
  readonly help: boolean;
}

/** Reads the command line. Throws what is wrong with it. */
export function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    // `pnpm demo -- --keep` hands the dashes on.
    args: args.filter((arg) => arg !== "--"),
    allowNegative: true,
    options: {
      fault: { type: "string", default: "crash" },
      keep: { type: "boolean", default: false },
      rate: { type: "string" },
      dir: { type: "string", default: DIRECTORY },
      source: { type: "string", default: "file" },
      alerts: { type: "boolean" },
      heatmap: { type: "string" },
      report: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  // Customers are in the background where a fault has requests of its own.
  const rate = Number(values.rate ?? 40);
  if (!Number.isInteger(rate) || rate < 20 || rate > 500) {
    throw new Error(`--rate: got ${values.rate}, expected a whole number of 20 to 500`);
  }
  const source = SOURCES.find((name) => name === values.source);
  if (source === undefined) throw new Error(`--source: got ${values.source}, expected ${SOURCES.join(" or ")}`);
  const fault = [...FAULT_NAMES, "list" as const].find((name) => name === values.fault);
  if (fault === undefined) throw new Error(`--fault: got ${values.fault}, expected ${FAULT_NAMES.join(", ")}, or list`);
  if (fault !== "crash" && source !== "file")
    throw new Error(`--fault ${fault}: the flag is in the file then, not in ${source}`);
  const { keep, alerts, heatmap, report, help } = values;
  return { fault, keep, rate, dir: resolve(values.dir), source, alerts, heatmap, report, help };
}
