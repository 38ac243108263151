import { createSop, type SopOptions } from "@sop/core";
import { describe, expect, test, vi } from "vitest";
import { bench, FakeAsyncContext, FakeClock, FakeHost, recordingLogger } from "./support/fake.ts";

type Opened = ReturnType<ReturnType<typeof bench>["open"]>;

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("an error that nobody caught", () => {
  test("is answered for by its owner alone, and the process drains and exits with 1", async () => {
    const b = bench();
    const owner = b.open();
    const other = b.open();
    b.life.admit(owner);
    b.life.admit(other);
    b.life.run(owner, () => b.host.crash(new Error("boom")));
    expect(b.replies(owner).map((reply) => reply.status)).toEqual([503]);
    expect(b.replies(other)).toEqual([]);
    expect(b.sop.state).toBe("draining");
    b.life.close(owner, 503, "finished");
    await settled();
    expect(b.host.exits).toEqual([]);
    b.life.close(other, 200, "finished");
    await settled();
    expect(b.host.exits).toEqual([1]);
    expect(b.sop.metrics().panics).toEqual({ "/items/:id": 1 });
  });

  test("that left its request's context on its way out still belongs to it", () => {
    const b = bench({ onCrash: "continue" });
    const owner = b.open();
    const error = new Error("boom");
    expect(() =>
      b.life.run(owner, () => {
        throw error;
      }),
    ).toThrow(error);
    b.host.crash(error);
    expect(b.replies(owner).map((reply) => reply.status)).toEqual([503]);
  });

  test("without an owner is counted under process, and answers nobody", async () => {
    const b = bench();
    const context = b.open();
    b.host.crash(new Error("boom"));
    expect(b.replies(context)).toEqual([]);
    expect(b.sop.metrics().panics).toEqual({ process: 1 });
    b.life.close(context, 200, "finished");
    await settled();
    expect(b.host.exits).toEqual([1]);
  });

  test("lets the process live under the policy continue", async () => {
    const b = bench({ onCrash: "continue" });
    const owner = b.open();
    b.life.run(owner, () => b.host.crash(new Error("boom")));
    await settled();
    expect(b.replies(owner)).toHaveLength(1);
    expect([b.sop.state, b.host.exits]).toEqual(["serving", []]);
  });

  test("ends the process at once under the policy exit, after its owner was answered", async () => {
    const b = bench({ onCrash: "exit" });
    const owner = b.open();
    b.open();
    b.life.run(owner, () => b.host.crash(new Error("boom")));
    await settled();
    expect(b.replies(owner)).toHaveLength(1);
    expect(b.host.exits).toEqual([1]);
  });

  test("of a request that failed before joins its incident and is not counted again", () => {
    const b = bench({ onCrash: "continue" });
    const owner = b.open();
    const reply = b.life.fail(owner, new Error("first"));
    b.life.run(owner, () => b.host.crash(new Error("second"), "unhandledRejection"));
    expect(b.sop.incident?.triggers.map((trigger) => trigger.kind)).toEqual(["panic", "unhandledRejection"]);
    expect(Object.values(b.sop.metrics().panics)).toEqual([1]);
    expect(b.replies(owner)).toEqual([reply]);
  });

  test("of a request that is already closed is recorded, and answers nobody", () => {
    const b = bench({ onCrash: "continue" });
    const owner = b.open();
    b.life.close(owner, 200, "finished");
    b.life.run(owner, () => b.host.crash(new Error("late")));
    expect(b.replies(owner)).toEqual([]);
    expect(b.sop.metrics().panics).toEqual({ "/items/:id": 1 });
  });

  test("is told no more where telling it raises the next one before the loop can turn", () => {
    const log = recordingLogger();
    const told = vi.fn(() => b.host.crash(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })));
    const b = bench({ onCrash: "continue", logger: { ...log, error: told } });
    b.host.crash(new Error("boom"));
    expect(told).toHaveBeenCalledTimes(50);
    b.host.turn();
    b.host.crash(new Error("boom"));
    expect(told).toHaveBeenCalledTimes(100);
  });

  test("is answered and counted in a flood of them too, once for each request, also where that had its answer", () => {
    const b = bench({ onCrash: "continue" });
    const [owners, closed] = [1, 2].map(() => Array.from({ length: 80 }, () => b.open())) as [Opened[], Opened[]];
    for (const owner of closed) b.life.close(owner, 200, "finished");
    for (const owner of [...owners, ...closed, ...owners]) b.life.run(owner, () => b.host.crash(new Error("boom")));
    expect(owners.map((owner) => b.replies(owner).length)).toEqual(owners.map(() => 1));
    expect(b.sop.metrics().panics).toEqual({ "/items/:id": 160 });
  });

  test("survives an adapter that cannot answer", () => {
    const b = bench({ onCrash: "continue" });
    const life = b.sop.lifecycle<object>({
      name: "broken",
      route: () => "/broken",
      respond: () => {
        throw new Error("no socket");
      },
    });
    const owner = life.open({ method: "GET", headers: {} }, {});
    expect(() => life.run(owner, () => b.host.crash(new Error("boom")))).not.toThrow();
    expect(b.log.lines.map((line) => line.message)).toContain("the adapter threw");
  });
});

describe("several Sops of one process", () => {
  const pair = (options: SopOptions = {}) => {
    const host = new FakeHost();
    const asyncContext = new FakeAsyncContext();
    const make = (service: string) => {
      const sop = createSop({
        service,
        logger: recordingLogger(),
        ports: { host, asyncContext, clock: new FakeClock() },
        ...options,
      });
      const life = sop.lifecycle<object>({ name: "fake", route: () => `/${service}`, respond: () => undefined });
      return { sop, life };
    };
    return { host, first: make("first"), second: make("second") };
  };

  test("give an error to the one that opened its request", () => {
    const { host, first, second } = pair({ onCrash: "continue" });
    const owner = second.life.open({ method: "GET", headers: {} }, {});
    second.life.run(owner, () => host.crash(new Error("boom")));
    expect(first.sop.metrics().panics).toEqual({});
    expect(second.sop.metrics().panics).toEqual({ "/second": 1 });
  });

  test("all drain before the process ends", async () => {
    const { host, first, second } = pair();
    const waiting = first.life.open({ method: "GET", headers: {} }, {});
    const owner = second.life.open({ method: "GET", headers: {} }, {});
    second.life.run(owner, () => host.crash(new Error("boom")));
    second.life.close(owner, 503, "finished");
    await settled();
    expect([first.sop.state, host.exits]).toEqual(["draining", []]);
    first.life.close(waiting, 200, "finished");
    await settled();
    expect(host.exits).toEqual([1]);
  });

  test("leave the process unguarded only when the last of them is disposed of", () => {
    const { host, first, second } = pair();
    first.sop.dispose();
    expect(host.guarded).toBe(true);
    second.sop.dispose();
    expect(host.guarded).toBe(false);
  });
});

describe("a drain", () => {
  test("refuses what is new, waits for what is in flight, then calls the hooks", async () => {
    const b = bench();
    const order: string[] = [];
    b.sop.onDrain(() => void order.push("hook"));
    b.sop.observe({
      drainStarted: (reason) => void order.push(reason),
      drained: (left) => void order.push(`left ${left}`),
    });
    const context = b.open();
    b.life.admit(context);
    const done = b.sop.drain("deploy");
    const refused = b.life.admit(b.open());
    expect(refused).toMatchObject({ status: 503, headers: { connection: "close" } });
    expect(refused?.body).toContain("SOP_DRAINING");
    expect(b.sop.metrics().refused).toEqual({ draining: 1 });
    for (const { id } of b.sop.requests()) expect(id).toBeDefined();
    await settled();
    expect(order).toEqual(["deploy"]);
    b.life.close(context, 200, "finished");
    b.life.close(b.open(), 503, "finished");
    await settled();
    expect(order).toEqual(["deploy"]);
    b.clock.advance(30_000);
    await done;
    expect(order).toEqual(["deploy", "hook", "left 1"]);
    expect(b.sop.state).toBe("drained");
  });

  test("answers what is left when its limit is reached", async () => {
    const b = bench({ drain: { limit: "2s" } });
    const context = b.open();
    const done = b.sop.drain();
    b.clock.advance(2_000);
    await done;
    expect(b.replies(context).map((reply) => reply.body)).toEqual([expect.stringContaining("SOP_DRAINING")]);
  });

  test("is one, however often it is asked for", () => {
    const b = bench();
    expect(b.sop.drain()).toBe(b.sop.drain());
  });

  test("goes on when a hook throws, and does not wait for one that hangs", async () => {
    const b = bench({ drain: { limit: 100 } });
    b.sop.onDrain(() => {
      throw new Error("bad hook");
    });
    b.sop.onDrain(() => new Promise(() => {}));
    const done = b.sop.drain();
    await settled();
    b.clock.advance(100);
    await done;
    expect(b.log.lines.map((line) => line.message)).toContain("a drain hook failed");
  });
});
