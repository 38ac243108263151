import type { Contender, RequestContext } from "@sop/core";
import type { Branch } from "./branch.js";
import type { Ledger } from "./ledger.js";
import type { Resource, Ticket } from "./resource.js";
import { type Held, readWaitFor, type Step, type WaitFor } from "./wait-for.js";

/** Milliseconds without a hand-over after which a request that holds and wants the same thing is believed to block itself. */
const SETTLED = 3_000;

/** The claims on a resource, with the branches that they are taken to be of. */
export interface Claims extends Held {
  readonly resource: Resource;
  readonly holders: readonly Claimed[];
  readonly waiters: readonly Claimed[];
}

/** One of them. */
export interface Claimed {
  readonly branch: Branch;
  readonly weight: number;
  readonly ticket: Ticket;
}

/** All that is held and waited for at one moment, and what follows from it. */
export interface View {
  readonly claims: readonly Claims[];
  readonly waitFor: WaitFor;
  contender(claim: Claimed): Contender;
  /** Of whom a step of a chain is. */
  owner(branch: Branch): string;
}

/** Looks at all that is tracked. `now` in milliseconds since 1970. */
export function viewOf(ledger: Ledger, now: number): View {
  const claims = ledger.resources.map((resource) => claimsOf(resource, now));
  const waitFor = readWaitFor(claims);
  const names = new RequestNames();
  const owner = (branch: Branch): string => {
    if (!branch.context) return `context ${branch.number}`;
    const name = names.of(branch.context);
    // Tasks of one request that block nobody must not look as if they waited for each other.
    const isItself = branch.parent === undefined && branch.number > 0;
    return isItself || waitFor.stuck.has(branch) ? name : `${name}/${Math.abs(branch.number)}`;
  };
  return {
    claims,
    waitFor,
    owner,
    contender: ({ branch, ticket: { since, site } }) => ({
      owner: owner(branch),
      ...(branch.context && { requestId: branch.context.id, route: branch.context.route }),
      since,
      ...(site?.text !== undefined && { site: site.text }),
    }),
  };
}

function claimsOf(resource: Resource, now: number): Claims {
  const holders = [...resource.holders].map(claimed);
  const waiters = [...resource.waiters].map(claimed);
  const others = new Others(resource, now - resource.movedAt < SETTLED);
  return {
    resource,
    name: resource.name,
    max: resource.max(),
    holders,
    waiters: waiters.map((claim) => (others.has(claim.branch) ? { ...claim, branch: beside(claim.branch) } : claim)),
  };
}

function claimed(ticket: Ticket): Claimed {
  return { branch: ticket.branch, weight: ticket.weight, ticket };
}

/**
 * Whether who waits is another task of the request than the one that holds the same thing. Without a callback nobody can tell them apart:
 * so as long as the thing is handed on, or fewer wait than hold, they are.
 */
class Others {
  readonly #held = new Map<Branch, number>();
  readonly #waiting = new Map<Branch, number>();
  readonly #isMoving: boolean;

  constructor({ holders, waiters }: Resource, isMoving: boolean) {
    this.#isMoving = isMoving;
    for (const { branch, isScoped } of holders) if (!isScoped) add(this.#held, branch);
    for (const { branch } of waiters) add(this.#waiting, branch);
  }

  has(branch: Branch): boolean {
    const held = this.#held.get(branch) ?? 0;
    return held > 0 && (this.#isMoving || (this.#waiting.get(branch) ?? 0) < held);
  }
}

function add(counts: Map<Branch, number>, branch: Branch): void {
  counts.set(branch, (counts.get(branch) ?? 0) + 1);
}

let besides = 0;

/** Its number is below 0: it is nobody's parent. */
function beside({ context }: Branch): Branch {
  besides--;
  return { number: besides, context, parent: undefined };
}

/** The id of each request; of two requests whose caller gave them the same one, the second is told apart. */
class RequestNames {
  readonly #names = new Map<RequestContext, string>();
  readonly #taken = new Map<string, number>();

  of(context: RequestContext): string {
    const known = this.#names.get(context);
    if (known !== undefined) return known;
    const nth = (this.#taken.get(context.id) ?? 0) + 1;
    this.#taken.set(context.id, nth);
    const name = nth === 1 ? context.id : `${context.id}~${nth}`;
    this.#names.set(context, name);
    return name;
  }
}

/** A step of a chain or a cycle, for files. */
export interface ToldStep {
  readonly owner: string;
  readonly requestId: string | undefined;
  readonly route: string | undefined;
  readonly waitsFor: string;
}

/** A chain or a cycle, for files. */
export function told(view: View, steps: readonly Step[]): ToldStep[] {
  return steps.map(({ branch, resource }) => ({
    owner: view.owner(branch),
    requestId: branch.context?.id,
    route: branch.context?.route,
    waitsFor: resource,
  }));
}
