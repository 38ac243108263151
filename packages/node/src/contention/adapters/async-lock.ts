import { branchBelow, currentBranch, runIn } from "../branch.js";
import { type AnyMethod, hasMethods, override } from "../instrument.js";
import type { Resource } from "../resource.js";
import type { Adapter } from "./adapter.js";
import { ended } from "./pool-methods.js";

const MAX_KEYS = 1_000;

/** The locks of async-lock: one for each key. */
export const asyncLock: Adapter = {
  library: "async-lock (AsyncLock)",
  fits: (thing): thing is object => hasMethods(thing, ["acquire", "isBusy"]) && !hasMethods(thing, ["release"]),
  track(ledger, thing, name) {
    const locks = new Map<string, Resource>();
    const lockOf = (key: string): Resource => {
      const known = locks.get(key);
      if (known) return known;
      const lock = ledger.add(thing, `${name} ${key.slice(0, 100)}`, { is: "mutex" }, { max: () => 1 });
      // Those that nobody holds can be made again.
      if (locks.size >= MAX_KEYS) for (const [old, { isIdle }] of locks) if (isIdle) locks.delete(old);
      locks.set(key, lock);
      return lock;
    };
    override(
      thing,
      "acquire",
      (original) =>
        function acquire(keys: unknown, task: AnyMethod, ...rest: unknown[]): unknown {
          if (typeof task !== "function") return original.call(this, keys, task, ...rest);
          const below = branchBelow(currentBranch(ledger.sop));
          const tickets = [keys].flat().map((key) => lockOf(String(key)).wait(acquire));
          const held = function (this: unknown, ...args: unknown[]): unknown {
            for (const ticket of tickets) ticket.granted(below);
            return runIn(below, () => task.apply(this, args));
          };
          // By its number of parameters the library tells a task with a callback from one with a promise.
          Object.defineProperty(held, "length", { value: task.length });
          const over = (): void => {
            for (const ticket of tickets) ticket.done();
          };
          const callback = rest[0];
          if (typeof callback === "function") {
            rest[0] = (...results: unknown[]): unknown => {
              over();
              return callback(...results);
            };
            return original.call(this, keys, held, ...rest);
          }
          return ended(original.call(this, keys, held, ...rest), { done: over });
        },
    );
    return thing;
  },
};
