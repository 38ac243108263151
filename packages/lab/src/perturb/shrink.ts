/** What is late in a run: which events, by how many milliseconds. */
export type Delays = ReadonlyMap<number, number>;

/**
 * Makes the delays fewer, and shorter, as long as it still fails: halves of them are left out, then quarters, and so on (delta debugging, Zeller and
 * Hildebrandt 2002). `fails` runs it with such delays; at most `most` times.
 */
export async function shrink(
  delays: Delays,
  fails: (delays: Delays) => Promise<boolean>,
  most: number,
): Promise<Delays> {
  let left = most;
  const stillFails = async (tried: Delays): Promise<boolean> => {
    if (left <= 0) return false;
    left--;
    return fails(tried);
  };
  let smallest = delays;
  let parts = 2;
  while (smallest.size > 1 && left > 0) {
    const entries = [...smallest];
    const size = Math.ceil(entries.length / parts);
    let isSmaller = false;
    for (let start = 0; start < entries.length; start += size) {
      const without = new Map([...entries.slice(0, start), ...entries.slice(start + size)]);
      if (!(await stillFails(without))) continue;
      smallest = without;
      isSmaller = true;
      break;
    }
    if (isSmaller) parts = Math.max(2, parts - 1);
    else if (size === 1) break;
    else parts = Math.min(entries.length, parts * 2);
  }
  return smallest;
}
