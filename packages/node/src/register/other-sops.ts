interface Guard {
  readonly members: ReadonlySet<unknown>;
}

// Where the core keeps which Sops of this process take part in its crashes.
const KEY = Symbol.for("sop.process-guards");
const holder = globalThis as typeof globalThis & { readonly [KEY]?: ReadonlyMap<unknown, Guard> };

/** How many Sops there are in this process. */
export function sops(): number {
  let count = 0;
  for (const { members } of holder[KEY]?.values() ?? []) count += members.size;
  return count;
}
