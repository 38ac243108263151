import { parseArgs } from "node:util";
import { commandLine } from "../command-line.ts";
import { type NodeVersion, nodes } from "./nodes.ts";
import { type Result, round, type Setting, type Subject } from "./round.ts";
// @ts-expect-error It is plain JavaScript, for the server that it belongs to.
import { WAYS } from "./ways.mjs";

const FRAMEWORKS = ["http", "fastify", "hono", "express", "nestjs"];

const HELP = `pnpm bench:drain [options]

Ends servers under load and counts what is lost: 50 keep-alive clients of raw sockets, handlers of 5 to 35 ms, five streamed
responses of 1.5 s in flight, SIGTERM in the middle, SIGKILL after a limit. Lost is a request that was sent and not answered
whole. Node 20, 22 and 26 take part where \`pnpm test:infra\` has fetched them. Exits with 1 where @sop/node/drain lost anything.

  --rounds <n>    rounds of each line, default 2
  --peers         also other ways to end a node:http server
  --limit <ms>    until SIGKILL, default 4000
  --balanced      clients look at /readyz, as those of a balancer do
  --help

  pnpm bench:drain --rounds 20 --peers`;

const { atLeastOne } = commandLine(HELP);
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "2" },
    limit: { type: "string", default: "4000" },
    peers: { type: "boolean", default: false },
    balanced: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = atLeastOne("rounds", values.rounds);
const setting: Setting = { limit: atLeastOne("limit", values.limit), balanced: values.balanced };
const all = nodes();
const total = nothing();

console.log("| way | server | Node | requests | lost | refused | slow ones whole | exit after |");
console.log("|---|---|---|---|---|---|---|---|");
for (const framework of FRAMEWORKS) {
  for (const node of all) add(total, await line(node, { node: node.path, framework, way: "sop" }));
}
console.log(cells("@sop/node/drain", "all", "all", total));
if (values.peers) {
  const [node] = all as [NodeVersion];
  for (const way of Object.keys(WAYS)) await line(node, { node: node.path, framework: "http", way });
}
process.exitCode =
  total.lost + total.refused === 0 && total.slow === total.slowWhole && total.exit !== undefined ? 0 : 1;

async function line({ version }: NodeVersion, subject: Subject): Promise<Result> {
  const sum = nothing();
  for (let done = 0; done < rounds; done++) add(sum, await round(subject, setting));
  console.log(cells(subject.way === "sop" ? "@sop/node/drain" : subject.way, subject.framework, version, sum));
  return sum;
}

function nothing(): Result {
  return { requests: 0, lost: 0, refused: 0, slow: 0, slowWhole: 0, exit: 0 };
}

function add(sum: Result, part: Result): void {
  sum.requests += part.requests;
  sum.lost += part.lost;
  sum.refused += part.refused;
  sum.slow += part.slow;
  sum.slowWhole += part.slowWhole;
  sum.exit = sum.exit === undefined || part.exit === undefined ? undefined : Math.max(sum.exit, part.exit);
}

function cells(way: string, server: string, version: string, result: Result): string {
  const { requests, lost, refused, slow, slowWhole, exit } = result;
  const end = exit === undefined ? "never: SIGKILL" : `${(exit / 1000).toFixed(2)} s`;
  return `| ${[way, server, version, requests, lost, refused, `${slowWhole} of ${slow}`, end].join(" | ")} |`;
}
