import { type Branch, branchBelow, currentBranch, runIn } from "../branch.js";
import { type AnyMethod, hasMethods, override, within } from "../instrument.js";
import type { Resource, Ticket } from "../resource.js";
import type { Adapter } from "./adapter.js";

const TAKE = ["acquire", "acquireAsync", "wait", "lock"];
const GIVE = ["release", "signal", "unlock"];
const AROUND = ["use", "execute", "withLock", "runExclusive"];
/** What locks have, and pools have not. */
const MARKS = ["tryAcquire", "signal", "getPermits", "nrWaiting", "isLocked", "acquireAsync", "unlock"];

/** Locks and semaphores that are given back by a call without an item, by what was given, or by a function: most of the small libraries. */
export const counted: Adapter = {
  library:
    "semaphore-async-await, await-lock, await-semaphore, async-sema (locks and semaphores with acquire and release)",
  fits: (thing): thing is object =>
    TAKE.some((name) => hasMethods(thing, [name])) &&
    (GIVE.some((name) => hasMethods(thing, [name])) || hasMethods(thing, ["use"])) &&
    (MARKS.some((name) => hasMethods(thing, [name])) || typeof Reflect.get(thing as object, "count") === "number"),
  track(ledger, thing, name) {
    const max = sizeOf(thing);
    const kind = { is: max === 1 ? "mutex" : "semaphore" } as const;
    // Where somebody waits, all that there is is taken.
    const known = (): number | undefined => max ?? (resource.waiters.size > 0 ? resource.held : undefined);
    const resource: Resource = ledger.add(thing, name, kind, { max: known });
    follow(resource, thing);
    return thing;
  },
};

/** How much there is of one that nobody holds yet; what does not tell it is a lock. */
function sizeOf(thing: object): number | undefined {
  const permits: unknown = hasMethods(thing, ["getPermits"])
    ? (Reflect.get(thing, "getPermits") as AnyMethod).call(thing)
    : (Reflect.get(thing, "count") ?? Reflect.get(thing, "capacity") ?? Reflect.get(thing, "permits"));
  if (typeof permits === "number" && permits > 0) return permits;
  return /sema/i.test(thing.constructor.name) ? undefined : 1;
}

function follow(resource: Resource, thing: object): void {
  let inside: { readonly above: AnyMethod; readonly below: Branch } | undefined;
  let depth = 0;

  const take = (name: string): void =>
    override(
      thing,
      name,
      (original) =>
        function taken(...args: unknown[]): unknown {
          // Some have two names for the same, of which one calls the other.
          if (depth > 0) return original.apply(this, args);
          const user = inside;
          inside = undefined;
          const ticket = resource.wait(user?.above ?? taken);
          depth++;
          try {
            return handed(
              within(() => original.apply(this, args)),
              ticket,
              user?.below,
            );
          } finally {
            depth--;
          }
        },
    );

  const give = (name: string): void =>
    override(
      thing,
      name,
      (original) =>
        function given(...args: unknown[]): unknown {
          if (depth > 0) return original.apply(this, args);
          ticketOf(resource)?.done();
          depth++;
          try {
            return original.apply(this, args);
          } finally {
            depth--;
          }
        },
    );

  const around = (name: string): void =>
    override(
      thing,
      name,
      (original) =>
        function used(task: AnyMethod, ...args: unknown[]): unknown {
          const below = branchBelow(currentBranch(resource.sop));
          inside = { above: used, below };
          try {
            return original.call(this, (...given: unknown[]) => runIn(below, () => task(...given)), ...args);
          } finally {
            inside = undefined;
          }
        },
    );

  for (const name of TAKE) take(name);
  for (const name of GIVE) give(name);
  for (const name of AROUND) around(name);
}

/** Who gives back without saying what: the running code's own one, else the oldest. */
function ticketOf({ sop, holders }: Resource): Ticket | undefined {
  const branch = currentBranch(sop);
  let first: Ticket | undefined;
  for (const ticket of holders) {
    first ??= ticket;
    if (ticket.branch === branch) return ticket;
  }
  return first;
}

async function handed(result: unknown, ticket: Ticket, below: Branch | undefined): Promise<unknown> {
  let item: unknown;
  try {
    item = await result;
  } catch (error) {
    ticket.done();
    throw error;
  }
  // Some answer whether they got it.
  if (item === false) ticket.done();
  else ticket.granted(below);
  if (typeof item === "function") {
    return (...args: unknown[]): unknown => {
      ticket.done();
      return item(...args);
    };
  }
  if (hasMethods(item, ["release"])) {
    override(
      item,
      "release",
      (original) =>
        function release(...args: unknown[]): unknown {
          ticket.done();
          return original.apply(this, args);
        },
    );
  }
  return item;
}
