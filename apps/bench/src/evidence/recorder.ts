import type { Sop } from "@sop/core";
import { flight } from "@sop/node/flight";
import { type Cost, type Loop, measure } from "../flags/nanoseconds.ts";
import { type Core, copies } from "../metrics/variants.ts";

interface Way {
  readonly name: string;
  readonly attach?: (sop: Sop) => () => void;
}

const WAYS: readonly Way[] = [
  { name: "the core alone" },
  { name: "an observer that does nothing", attach: (sop) => sop.observe({ opened() {}, closed() {} }) },
  // A request has its id made when it is first read.
  { name: "an observer that reads its id", attach: (sop) => sop.observe({ opened: ({ id }) => void id, closed() {} }) },
  { name: "the flight recorder", attach: (sop) => flight(sop, { snapshotSignals: [] }) },
];

const ROUTES = ["/orders/:id", "/orders", "/items/:id", "/users/:id"];
/** So many requests fit into the young generation that `scripts/bench-evidence.ts` asks for. */
const UNCOLLECTED = 50_000;

/** A request's way through the core (`open`, `admit`, `close`), with and without the flight recorder; the first is the bare one. */
export async function recorderCosts(rounds: number): Promise<readonly (readonly [name: string, cost: Cost])[]> {
  const cores = await copies(WAYS.map(() => "recording"));
  const undo: (() => void)[] = [];
  const loops = WAYS.map((way, i) => [way.name, loopOf(cores[i] as Core, way, undo)] as const);
  try {
    return Object.entries(measure(Object.fromEntries(loops), 200_000, rounds, UNCOLLECTED));
  } finally {
    for (const stop of undo) stop();
  }
}

function loopOf(core: Core, { attach }: Way, undo: (() => void)[]): Loop {
  const sop = core.createSop({ service: "bench", logLevel: "silent" });
  undo.push(() => sop.dispose());
  if (attach) undo.push(attach(sop));
  const exchanges = ROUTES.map((route) => ({ route }));
  const life = sop.lifecycle<{ route: string }>({ name: "bench", route: ({ route }) => route, respond: () => {} });
  const head = { method: "GET", headers: {} };
  return (times) => {
    for (let i = 0; i < times; i++) {
      const context = life.open(head, exchanges[i & 3] as { route: string });
      life.admit(context);
      life.close(context, 200, "finished");
    }
    return sop;
  };
}
