/** How late each event of a run is, in milliseconds of its clock: the n-th event that came to be. */
export type Plan = (event: number) => number;

/** A plan by what is late only; all else is as it would be. */
export function planOf(delays: ReadonlyMap<number, number>): Plan {
  return (event) => delays.get(event) ?? 0;
}

const SPREADS = [3, 15, 60];
const SHARES = [0.15, 0.5, 0.9];

/** The plan of a seed. Seeds differ also in how many events are late, and by how much, as some races need one and some need many. */
export function planOfSeed(seed: number): Plan {
  const draw = random(seed);
  const spread = SPREADS[Math.floor(draw() * SPREADS.length)] as number;
  const share = SHARES[Math.floor(draw() * SHARES.length)] as number;
  const drawn: number[] = [];
  return (event) => {
    while (drawn.length <= event) drawn.push(draw() < share ? Math.ceil(draw() * spread) : 0);
    return drawn[event] as number;
  };
}

/** Seeds of the runs of a seed: the first one is itself, so that a seed which was told can be given again. */
export function seedOfRun(seed: number, run: number): number {
  return run === 0 ? seed : Math.floor(random(seed + run * 0x9e3779b1)() * 2 ** 31);
}

/** Numbers of 0 up to 1 from a seed (mulberry32, by Tommy Ettinger, in the public domain). */
function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
