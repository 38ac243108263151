import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Branch } from "../../src/contention/branch.ts";
import { type Held, readWaitFor } from "../../src/contention/wait-for.ts";

function branches(count: number): Branch[] {
  return Array.from({ length: count }, (_, i) => ({ number: i + 1, context: undefined, parent: undefined }));
}

interface Scene {
  readonly resources: readonly Held[];
  /** Index of the owners that wait, and of what. */
  readonly owners: readonly Branch[];
}

/** Resources with one unit, each owner waits for at most one. */
const mutexes: fc.Arbitrary<Scene> = fc
  .record({
    holders: fc.array(fc.option(fc.nat(7), { nil: undefined }), { minLength: 1, maxLength: 8 }),
    waits: fc.array(fc.option(fc.nat(7), { nil: undefined }), { minLength: 8, maxLength: 8 }),
  })
  .map(({ holders, waits }) => {
    const owners = branches(8);
    const resources = holders.map((holder, i) => ({
      name: `lock ${i}`,
      max: 1,
      holders: holder === undefined ? [] : [{ branch: owners[holder] as Branch, weight: 1 }],
      waiters: owners.flatMap((branch, owner) =>
        waits[owner] !== undefined && waits[owner] % holders.length === i && holder !== undefined
          ? [{ branch, weight: 1 }]
          : [],
      ),
    }));
    return { resources, owners };
  });

/** Follows each owner from holder to holder: the plain way for locks of one unit, where everybody waits for one at most. */
function hasCycle({ resources, owners }: Scene): boolean {
  const next = new Map<Branch, Branch>();
  for (const { holders, waiters } of resources) {
    for (const { branch } of waiters) if (holders[0]) next.set(branch, holders[0].branch);
  }
  return owners.some((start) => {
    let one = next.get(start);
    for (let steps = 0; one && steps < owners.length; steps++) {
      if (one === start) return true;
      one = next.get(one);
    }
    return false;
  });
}

/** Semaphores of several units. */
const semaphores: fc.Arbitrary<Scene> = fc
  .record({
    holders: fc.array(fc.array(fc.nat(5), { maxLength: 3 }), { minLength: 1, maxLength: 4 }),
    waits: fc.array(fc.option(fc.nat(3), { nil: undefined }), { minLength: 6, maxLength: 6 }),
  })
  .map(({ holders, waits }) => {
    const owners = branches(6);
    const resources = holders.map((held, i) => ({
      name: `semaphore ${i}`,
      max: Math.max(1, held.length),
      holders: held.map((owner) => ({ branch: owners[owner] as Branch, weight: 1 })),
      waiters: owners.flatMap((branch, owner) =>
        waits[owner] !== undefined && waits[owner] % holders.length === i ? [{ branch, weight: 1 }] : [],
      ),
    }));
    return { resources, owners };
  });

/** Plays it: whoever waits for nothing gives everything back, a free unit goes to the first who waits, until nothing moves. */
function played({ resources, owners }: Scene): Set<Branch> {
  const state = resources.map(({ max, holders, waiters }) => ({
    max: max as number,
    holders: holders.map(({ branch }) => branch),
    waiters: waiters.map(({ branch }) => branch),
  }));
  for (let moved = true; moved; ) {
    moved = false;
    for (const one of state) {
      const [first] = one.waiters;
      if (first && one.holders.length < one.max) {
        one.waiters.shift();
        one.holders.push(first);
        moved = true;
      }
    }
    for (const owner of owners) {
      if (state.some(({ waiters }) => waiters.includes(owner))) continue;
      for (const one of state) {
        const left = one.holders.filter((holder) => holder !== owner);
        moved ||= left.length < one.holders.length;
        one.holders = left;
      }
    }
  }
  return new Set(state.flatMap(({ waiters }) => waiters));
}

describe("the wait-for graph", () => {
  it("finds a cycle of locks if, and only if, there is one", () => {
    fc.assert(
      fc.property(mutexes, (scene) => {
        const { cycles, stuck } = readWaitFor(scene.resources);
        expect(cycles.length > 0).toBe(hasCycle(scene));
        expect(stuck.size > 0).toBe(hasCycle(scene));
      }),
      { numRuns: 500 },
    );
  });

  it("gives cycles in which each step waits for what the next one holds", () => {
    fc.assert(
      fc.property(fc.oneof(mutexes, semaphores), ({ resources }) => {
        for (const cycle of readWaitFor(resources).cycles) {
          for (const [i, { branch, resource }] of cycle.entries()) {
            const of = resources.find(({ name }) => name === resource);
            const next = cycle[(i + 1) % cycle.length];
            expect(of?.waiters.map((waiter) => waiter.branch)).toContain(branch);
            expect(of?.holders.map((holder) => holder.branch)).toContain(next?.branch);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("says of semaphores that those are stuck who never go on when it is played", () => {
    fc.assert(
      fc.property(semaphores, (scene) => {
        const { stuck } = readWaitFor(scene.resources);
        const waiting = new Set(
          scene.resources.flatMap(({ waiters }) => waiters.map(({ branch }) => branch)).filter((one) => stuck.has(one)),
        );
        expect(waiting).toEqual(played(scene));
      }),
      { numRuns: 1_000 },
    );
  });

  it("takes a branch to wait for those below it", () => {
    const [root] = branches(1) as [Branch];
    const below: Branch = { number: 2, context: undefined, parent: root };
    const resources = [
      { name: "pool", max: 1, holders: [{ branch: root, weight: 1 }], waiters: [{ branch: below, weight: 1 }] },
    ];
    expect(readWaitFor(resources).cycles).toEqual([[{ branch: below, resource: "pool" }]]);
  });

  it("tells the longest chain of waits, and takes it for no deadlock", () => {
    const owners = branches(5);
    const resources = owners.slice(1).map((branch, i) => ({
      name: `lock ${i}`,
      max: 1,
      holders: [{ branch: owners[i] as Branch, weight: 1 }],
      waiters: [{ branch, weight: 1 }],
    }));
    const { cycles, chain } = readWaitFor(resources);
    expect(cycles).toEqual([]);
    expect(chain.map(({ resource }) => resource)).toEqual(["lock 3", "lock 2", "lock 1", "lock 0"]);
  });

  it("reads ten thousand who wait for one lock at once", () => {
    const owners = branches(10_000);
    const [holder, ...others] = owners.map((branch) => ({ branch, weight: 1 }));
    const resources = [{ name: "lock", max: 1, holders: holder ? [holder] : [], waiters: others }];
    expect(readWaitFor(resources).chain).toHaveLength(1);
  });
});
