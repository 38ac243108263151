import { branchBelow, currentBranch, runIn } from "../branch.js";
import type { AnyMethod } from "../instrument.js";
import type { Resource } from "../resource.js";
import type { Adapter } from "./adapter.js";

/** What p-limit tells of a limit. */
type Limit = AnyMethod & { readonly activeCount: number; readonly pendingCount: number };

/** The functions that p-limit makes. A call of a function cannot be followed: what is returned stands for it. */
export const pLimit: Adapter = {
  library: "p-limit (what it returns, which is to be called in its place)",
  fits: (thing): thing is object =>
    typeof thing === "function" && "activeCount" in thing && "pendingCount" in thing && "clearQueue" in thing,
  track(ledger, thing, name) {
    const limit = thing as Limit;
    let most = 0;
    const max = (of: Limit): number | undefined => {
      const told: unknown = Reflect.get(of, "concurrency");
      if (typeof told === "number") return Number.isFinite(told) ? told : undefined;
      // Older versions do not tell it: where somebody waits, all that there is is taken.
      most = Math.max(most, of.activeCount);
      return of.pendingCount > 0 ? most : undefined;
    };
    return standIn(ledger.add(limit, name, { is: "semaphore" }, { max }), limit);
  },
};

function standIn(resource: Resource, limit: Limit): Limit {
  const called = (...args: unknown[]): unknown => {
    const [task, ...rest] = args as [AnyMethod, ...unknown[]];
    // The library's own error is as good as any.
    if (typeof task !== "function") return limit(...args);
    const below = branchBelow(currentBranch(resource.sop));
    const ticket = resource.wait(tracked);
    return limit(async () => {
      ticket.granted(below);
      try {
        return await runIn(below, () => task(...rest));
      } finally {
        ticket.done();
      }
    });
  };
  const map = (items: Iterable<unknown>, task: AnyMethod): Promise<unknown[]> =>
    Promise.all(Array.from(items, (item, i) => called(task, item, i)));
  const clearQueue = (...args: unknown[]): unknown => {
    resource.abandonWaiters();
    return Reflect.apply(Reflect.get(limit, "clearQueue") as AnyMethod, limit, args);
  };
  const own: Readonly<Record<string | symbol, unknown>> = { clearQueue, ...("map" in limit && { map }) };
  const tracked: Limit = new Proxy(limit, {
    apply: (_limit, _self, args) => called(...args),
    get: (target, key) => (Object.hasOwn(own, key) ? own[key] : Reflect.get(target, key)),
    set: (target, key, value) => Reflect.set(target, key, value),
  });
  return tracked;
}
