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
  const tracked = function limited(...args: unknown[]): unknown {
    const [task, ...rest] = args as [AnyMethod, ...unknown[]];
    // The library's own error is as good as any.
    if (typeof task !== "function") return limit(...args);
    const below = branchBelow(currentBranch(resource.sop));
    const ticket = resource.wait(limited);
    return limit(async () => {
      ticket.granted(below);
      try {
        return await runIn(below, () => task(...rest));
      } finally {
        ticket.done();
      }
    });
  };
  const own: Readonly<Record<string | symbol, unknown>> = {
    map: (items: Iterable<unknown>, task: AnyMethod) =>
      Promise.all(Array.from(items, (item, i) => tracked(task, item, i))),
    clearQueue: (...args: unknown[]) => {
      resource.abandonWaiters();
      return (Reflect.get(limit, "clearQueue") as AnyMethod)(...args);
    },
  };
  // What the library's function tells of itself, and lets be set, is that of the library's.
  for (const key of Reflect.ownKeys(limit)) {
    if (key === "length" || key === "name" || key === "prototype") continue;
    Object.defineProperty(tracked, key, {
      get: () => own[key] ?? Reflect.get(limit, key),
      set: (value) => void Reflect.set(limit, key, value),
      enumerable: Object.getOwnPropertyDescriptor(limit, key)?.enumerable ?? false,
    });
  }
  return tracked as Limit;
}
