import { parseArgs } from "node:util";
import { commandLine, say } from "../command-line.ts";
import { capacity, type Round, round } from "./round.ts";
import { KINDS, type Kind, PROTECTIONS, type Protection } from "./service.ts";
import { median } from "./statistics.ts";

const HELP = `pnpm bench:overload [options]

What becomes of a service when four times as many requests come as it can serve: one that computes for 5 ms, over connections that
are kept (cpu) and over a new one for each request (accept), and one that waits for a pool of ten places, 10 ms each, with a queue
without a bound (io). Bare, with @fastify/under-pressure, and with the option
"overload" of SOP. Requests come at a constant rate over loopback, whatever becomes of those before, and latency counts from the
moment at which each was due; a client gives up after a second. Medians of all rounds.

  --service <name>    only this one: ${KINDS.join(", ")}
  --rounds <n>        default 3
  --seconds <n>       of each phase (idle, at capacity, at four times capacity), default 8
  --help

  pnpm bench:overload --service cpu --rounds 5`;

const { atLeastOne, usage } = commandLine(HELP);
const { values } = parseArgs({
  options: {
    service: { type: "string", multiple: true, default: [...KINDS] },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "8" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = atLeastOne("rounds", values.rounds);
const seconds = atLeastOne("seconds", values.seconds);
const kinds = values.service.map(
  (name) => KINDS.find((kind) => kind === name) ?? usage(`--service: ${name} is none of ${KINDS.join(", ")}`),
);

const COLUMNS = [
  "service",
  "with",
  "idle p50",
  "idle p99",
  "at capacity: served",
  "p99",
  "at 4 times: served",
  "p99",
  "of idle p99",
  "first second",
  "a refusal",
  "no answer",
  "normal after",
];
console.log(`| ${COLUMNS.join(" | ")} |\n|${COLUMNS.map(() => "---|").join("")}`);
for (const kind of kinds) for (const line of await measure(kind)) console.log(line);

/** Protections take turns within a round, so that what disturbs the machine disturbs all of them. */
async function measure(kind: Kind): Promise<string[]> {
  const found = new Map<Protection, Shares[]>(PROTECTIONS.map((protection) => [protection, []]));
  for (let n = 1; n <= rounds; n++) {
    const rate = await capacity(kind, 3);
    for (const [protection, figures] of found) {
      if (kind !== "io" && protection === "sop adaptive") continue;
      say(`${kind}, ${Math.round(rate)} a second: round ${n} of ${rounds}, ${protection}`);
      figures.push(shares(await round(kind, protection, rate, seconds), rate));
    }
  }
  return [...found].filter(([, figures]) => figures.length > 0).map(([name, figures]) => line(kind, name, figures));
}

/** A round with its rates as shares of the capacity. */
interface Shares extends Round {
  readonly fullShare: number;
  readonly overShare: number;
  readonly ofIdle: number;
}

function shares(figures: Round, rate: number): Shares {
  const { fullRate, overRate, overP99, idleP99 } = figures;
  return { ...figures, fullShare: fullRate / rate, overShare: overRate / rate, ofIdle: overP99 / idleP99 };
}

function line(kind: Kind, protection: Protection, figures: readonly Shares[]): string {
  const of = (key: keyof Shares): number => median(figures.map((figure) => figure[key]));
  const ms = (key: keyof Shares): string => (Number.isNaN(of(key)) ? "" : `${of(key).toFixed(1)} ms`);
  const cells = [
    kind,
    protection,
    ms("idleP50"),
    ms("idleP99"),
    of("fullShare").toFixed(2),
    ms("fullP99"),
    of("overShare").toFixed(2),
    ms("overP99"),
    Number.isNaN(of("ofIdle")) ? "" : of("ofIdle").toFixed(2),
    ms("firstP99"),
    ms("refusalP50"),
    String(of("lost")),
    Number.isFinite(of("normalAfter")) ? `${of("normalAfter").toFixed(2)} s` : "not in 6 s",
  ];
  return `| ${cells.join(" | ")} |`;
}
