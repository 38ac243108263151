import { type Branch, branchBelow, currentBranch, runIn } from "../branch.js";
import { type AnyMethod, hasMethods, override, within } from "../instrument.js";
import type { Ledger } from "../ledger.js";
import type { Resource, Ticket } from "../resource.js";
import type { Adapter } from "./adapter.js";

type Release = () => void;
/** A mutex gives the releaser alone, a semaphore its value before it. */
type Acquired = Release | [value: number, release: Release];

/** `Mutex`, `Semaphore`, and both within `withTimeout`. */
export const asyncMutex: Adapter = {
  library: "async-mutex (Mutex, Semaphore, withTimeout)",
  fits: (thing): thing is object =>
    hasMethods(thing, ["acquire", "runExclusive", "waitForUnlock", "isLocked", "release", "cancel"]),
  track(ledger, thing, name) {
    const resource = "getValue" in thing ? semaphore(ledger, thing, name) : mutex(ledger, thing, name);
    follow(resource, thing);
    return thing;
  },
};

function mutex(ledger: Ledger, thing: object, name: string): Resource {
  return ledger.add(thing, name, { is: "mutex" }, { max: () => 1 });
}

function semaphore(ledger: Ledger, thing: object, name: string): Resource {
  const getValue = (): number => (Reflect.get(thing, "getValue") as () => number).call(thing);
  // The Mutex within `withTimeout` has the method too, and throws.
  let max: number;
  try {
    max = getValue();
  } catch {
    return mutex(ledger, thing, name);
  }
  const resource = ledger.add(thing, name, { is: "semaphore" }, { max: () => max });
  override(
    thing,
    "setValue",
    (original) =>
      function setValue(value: number) {
        max = value + resource.held;
        return original.call(this, value);
      },
  );
  return resource;
}

function follow(resource: Resource, thing: object): void {
  const isMutex = resource.kind.is === "mutex";
  let releasing: Ticket | undefined;

  /** Of a semaphore the first argument is a weight. */
  const weightOf = (weight: unknown): number => (!isMutex && typeof weight === "number" ? weight : 1);

  const releaser =
    (release: Release, ticket: Ticket): Release =>
    () => {
      ticket.done();
      // The library's own releaser may call `release`, which otherwise is taken to be for the oldest holder.
      releasing = ticket;
      try {
        release();
      } finally {
        releasing = undefined;
      }
    };

  const original = Reflect.get(thing, "acquire") as AnyMethod;

  /** `taken`: what the application called. `below`: the branch of the callback that it is held for. */
  const take = async (taken: AnyMethod, args: unknown[], below?: Branch): Promise<Acquired> => {
    const ticket = resource.wait(taken, weightOf(args[0]));
    try {
      const acquired: Acquired = await within(() => original.apply(thing, args));
      ticket.granted(below);
      if (typeof acquired === "function") return releaser(acquired, ticket);
      return [acquired[0], releaser(acquired[1], ticket)];
    } catch (error) {
      ticket.done();
      throw error;
    }
  };

  override(
    thing,
    "acquire",
    () =>
      function acquire(...args: unknown[]): Promise<Acquired> {
        return take(acquire, args);
      },
  );
  override(
    thing,
    "runExclusive",
    () =>
      async function runExclusive(callback: (value?: number) => unknown, ...args: unknown[]): Promise<unknown> {
        const below = branchBelow(currentBranch(resource.sop));
        const acquired = await take(runExclusive, args, below);
        const [value, release] = typeof acquired === "function" ? [undefined, acquired] : acquired;
        try {
          return await runIn(below, () => callback(value));
        } finally {
          release();
        }
      },
  );
  override(
    thing,
    "waitForUnlock",
    (original) =>
      async function waitForUnlock(...args: unknown[]): Promise<void> {
        const ticket = resource.wait(waitForUnlock, weightOf(args[0]));
        try {
          await within(() => original.apply(this, args));
        } finally {
          ticket.done();
        }
      },
  );
  override(
    thing,
    "release",
    (original) =>
      function release(...args: unknown[]): void {
        if (!releasing) giveBack(resource, weightOf(args[0]));
        original.apply(this, args);
      },
  );
}

/** Without a releaser nobody knows whose it was: the oldest ones are taken to be over. */
function giveBack(resource: Resource, weight: number): void {
  let left = weight;
  for (const ticket of resource.holders) {
    if (left <= 0) return;
    left -= ticket.weight;
    ticket.done();
  }
}
