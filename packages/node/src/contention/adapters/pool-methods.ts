import { type Branch, branchBelow, currentBranch, runIn } from "../branch.js";
import { type AnyMethod, override } from "../instrument.js";
import type { Resource, Ticket } from "../resource.js";

/** What was handed out, with the ticket of whoever has it. */
export class Lent {
  readonly #tickets: Map<unknown, Ticket> = new Map();

  out(item: unknown, ticket: Ticket): void {
    this.#tickets.get(item)?.done();
    this.#tickets.set(item, ticket);
  }

  back(item: unknown): void {
    this.#tickets.get(item)?.done();
    this.#tickets.delete(item);
  }
}

/** A call of `use` that is on its way to the library's own `acquire`. */
interface Using {
  readonly use: AnyMethod;
  readonly below: Branch;
  ticket: Ticket | undefined;
}

/** Follows the items of a pool: `acquire` promises one, the methods of `back` take it back, and `use` is both, around a function. */
export function followItems(resource: Resource, thing: object, back: readonly string[]): void {
  const lent = new Lent();
  let using: Using | undefined;
  override(
    thing,
    "acquire",
    (original) =>
      function acquire(...args: unknown[]): Promise<unknown> {
        const user = using;
        using = undefined;
        const ticket = resource.wait(user?.use ?? acquire);
        if (user) user.ticket = ticket;
        return lend(() => original.apply(this, args), ticket, lent, user?.below);
      },
  );
  override(
    thing,
    "use",
    (original) =>
      function use(callback: AnyMethod, ...args: unknown[]): unknown {
        const user: Using = { use, below: branchBelow(currentBranch(resource.sop)), ticket: undefined };
        const called = (...given: unknown[]): unknown => {
          user.ticket?.granted(user.below);
          return runIn(user.below, () => callback(...given));
        };
        using = user;
        try {
          const result: unknown = original.call(this, called, ...args);
          // A library whose `use` does not begin with its own `acquire` is followed from here.
          if (user.ticket) return result;
          user.ticket = resource.wait(use);
          return ended(result, user.ticket);
        } finally {
          using = undefined;
        }
      },
  );
  for (const name of back) {
    override(
      thing,
      name,
      (original) =>
        function giveBack(...args: unknown[]): unknown {
          lent.back(args[0]);
          return original.apply(this, args);
        },
    );
  }
}

/** The promise of an item, whose ticket is the holder's from then on. */
export async function lend(take: () => unknown, ticket: Ticket, lent: Lent, below?: Branch): Promise<unknown> {
  try {
    const item = await take();
    ticket.granted(below);
    lent.out(item, ticket);
    return item;
  } catch (error) {
    ticket.done();
    throw error;
  }
}

/** The same result; when it is there the ticket is done. */
export async function ended(result: unknown, ticket: Pick<Ticket, "done">): Promise<unknown> {
  try {
    return await result;
  } finally {
    ticket.done();
  }
}
