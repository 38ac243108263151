import { createSop, type FleetOpinion, type FleetOptions, type FleetState, type FleetStore, type Sop } from "@sop/core";
import { describe, expect, test } from "vitest";
import { FakeClock, recordingLogger } from "../support/fake.ts";
import { fail, outcome, succeed } from "./support.ts";

/** A store in this process, which can be cut off. */
class MemoryStore implements FleetStore {
  readonly #clock: FakeClock;
  readonly #opinions = new Map<string, { readonly opinion: FleetOpinion; readonly until: number }>();
  readonly #watchers = new Set<{ tell(): void; fail(error: Error): void }>();
  isCut = false;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  async publish(opinion: FleetOpinion, ttl: number): Promise<void> {
    if (this.isCut) throw new Error("connection refused");
    this.#opinions.set(opinion.instance, { opinion, until: this.#clock.monotonic() + ttl });
    for (const watcher of this.#watchers) watcher.tell();
  }

  async *watch(signal: AbortSignal): AsyncIterable<readonly FleetOpinion[]> {
    if (this.isCut) throw new Error("connection refused");
    for (;;) {
      let watcher: { tell(): void; fail(error: Error): void } = { tell: () => {}, fail: () => {} };
      const next = new Promise<void>((tell, fail) => {
        watcher = { tell, fail };
      });
      this.#watchers.add(watcher);
      signal.addEventListener("abort", () => watcher.tell(), { once: true });
      const now = this.#clock.monotonic();
      yield [...this.#opinions.values()].filter(({ until }) => until > now).map(({ opinion }) => opinion);
      await next;
      this.#watchers.delete(watcher);
      if (signal.aborted) return;
    }
  }

  cut(): void {
    this.isCut = true;
    for (const watcher of this.#watchers) watcher.fail(new Error("connection lost"));
  }
}

interface Node {
  readonly sop: Sop;
  readonly log: ReturnType<typeof recordingLogger>;
  readonly states: FleetState[];
}

function fleetOf(size: number, options: Partial<FleetOptions> = {}) {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const nodes: Node[] = Array.from({ length: size }, (_, i) => {
    const log = recordingLogger();
    const states: FleetState[] = [];
    const sop = createSop({
      service: "shop",
      logger: log,
      fleet: { store, instance: `node-${i}`, ...options },
      breakers: {
        redis: {
          consecutiveFailuresThreshold: 1,
          waitDurationInOpenState: 1_000,
          permittedNumberOfCallsInHalfOpenState: 1,
        },
      },
      observers: [{ fleetChanged: (state) => void states.push(state) }],
      ports: { clock, random: () => 0 },
    });
    sop.breaker("redis");
    return { sop, log, states };
  });
  return { clock, store, nodes };
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};
const breakIt = async ({ sop }: Node): Promise<void> => void (await outcome(sop.breaker("redis").execute(fail)));
const stateOf = ({ sop }: Node): string => sop.breaker("redis").state;

describe("a fleet of breakers", () => {
  test("one sick node opens nobody's breaker but its own", async () => {
    const { nodes } = fleetOf(5);
    await settle();
    await breakIt(nodes[0] as Node);
    await settle();
    expect(nodes.map(stateOf)).toEqual(["open", "closed", "closed", "closed", "closed"]);
  });

  test("where a quorum has opened, the others open too, and say why", async () => {
    const { nodes } = fleetOf(4);
    await settle();
    await breakIt(nodes[0] as Node);
    await breakIt(nodes[1] as Node);
    await settle();
    expect(nodes.map(stateOf)).toEqual(["open", "open", "open", "open"]);
    expect(nodes[3]?.log.lines.find(({ message }) => message === "breaker opened")?.fields).toMatchObject({
      cause: "fleet",
    });
  });

  test("those that only followed are no witnesses: the fleet does not go on believing itself", async () => {
    const { nodes } = fleetOf(4);
    await settle();
    await breakIt(nodes[0] as Node);
    await breakIt(nodes[1] as Node);
    await settle();
    const { fleet } = (nodes[0] as Node).sop;
    const open = fleet?.kind === "together" ? fleet.opinions.filter((opinion) => opinion.open.includes("redis")) : [];
    expect(open.map(({ instance }) => instance)).toEqual(["node-0", "node-1"]);
  });

  test("what a node finds out by its own probes stands against the others", async () => {
    const { nodes, clock } = fleetOf(4);
    await settle();
    await breakIt(nodes[0] as Node);
    await breakIt(nodes[1] as Node);
    await settle();
    clock.advance(1_000);
    await (nodes[3] as Node).sop.breaker("redis").execute(succeed);
    await settle();
    expect(stateOf(nodes[3] as Node)).toBe("closed");
    clock.advance(5_000);
    await settle();
    expect(stateOf(nodes[3] as Node)).toBe("closed");
  });

  test("of two instances there is no quorum", async () => {
    const { nodes } = fleetOf(2);
    await settle();
    await breakIt(nodes[0] as Node);
    await settle();
    expect(nodes.map(stateOf)).toEqual(["open", "closed"]);
  });

  test("a node that no longer says that it lives has no vote", async () => {
    const { nodes, clock } = fleetOf(4);
    await settle();
    await breakIt(nodes[0] as Node);
    nodes[0]?.sop.dispose();
    await settle();
    for (let i = 0; i < 4; i++) {
      clock.advance(5_000);
      await settle();
    }
    await breakIt(nodes[1] as Node);
    await settle();
    expect(nodes.slice(2).map(stateOf)).toEqual(["closed", "closed"]);
  });

  test("without the store each decides alone and says so once, and is back when the store is", async () => {
    const { nodes, store, clock } = fleetOf(3);
    const node = nodes[2] as Node;
    await settle();
    expect(node.sop.fleet?.kind).toBe("together");
    store.cut();
    await settle();
    for (let i = 0; i < 5; i++) {
      clock.advance(5_000);
      await settle();
    }
    const told = node.log.lines.filter(({ message }) => message?.includes("decide alone"));
    expect(told.map(({ level, fields }) => [level, fields["problem"]])).toEqual([
      ["warn", "connection lost"],
      ["warn", "connection refused"],
    ]);
    await breakIt(node);
    expect([stateOf(node), node.sop.fleet?.kind]).toEqual(["open", "alone"]);
    store.isCut = false;
    for (let i = 0; i < 8; i++) {
      clock.advance(5_000);
      await settle();
    }
    expect(node.sop.fleet?.kind).toBe("together");
    expect(node.states.map(({ kind }) => kind)).toEqual(["together", "alone", "alone", "together"]);
  });

  test("no instance waits for the store: calls go on while it hangs, and that is said", async () => {
    const clock = new FakeClock();
    const log = recordingLogger();
    const store: FleetStore = {
      publish: () => new Promise(() => {}),
      watch: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }),
    };
    const sop = createSop({ service: "shop", logger: log, fleet: { store }, ports: { clock } });
    expect(await sop.breaker("redis").execute(succeed)).toBe("ok");
    expect(sop.fleet).toEqual({ kind: "alone", problem: "nothing was heard yet" });
    clock.advance(15_000);
    expect(log.lines).toMatchObject([{ level: "warn", fields: { problem: "the store does not answer" } }]);
    sop.dispose();
    expect(clock.pending).toBe(0);
  });

  test("wrong options are told with their path", () => {
    expect(() => createSop({ service: "shop", fleet: { quorum: 0 } as never })).toThrow(
      /fleet\.store: got nothing.*fleet\.quorum: got 0/,
    );
  });
});
