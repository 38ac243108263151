/** Milliseconds of work between two turns of the event loop. */
const SLICE = 1;

let began = 0;

/** Whether so much was done in this turn that what waits for the event loop should have the next one. */
export function isTurnOver(): boolean {
  return performance.now() - began > SLICE;
}

/** Goes on in the next turn. All who work in slices share it. */
export async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  began = performance.now();
}
