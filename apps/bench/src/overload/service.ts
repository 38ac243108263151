/** What the service under test is bound by, and what protects it. `accept`: as `cpu`, with a new connection for each request. */
export const KINDS = ["cpu", "accept", "io"] as const;
export type Kind = (typeof KINDS)[number];

export const PROTECTIONS = ["bare", "under-pressure", "sop", "sop adaptive"] as const;
export type Protection = (typeof PROTECTIONS)[number];

/** How many calls the pool of the `io` service takes at a time. */
export const POOL = 10;

/** Keeps the processor busy for 5 ms. */
function compute(): Promise<string> {
  const end = performance.now() + 5;
  while (performance.now() < end);
  return Promise.resolve("done");
}

const waiting: (() => void)[] = [];
let busy = 0;

/** Waits for one of ten places, in a queue without a bound, and takes it for 10 ms. */
async function wait(): Promise<string> {
  if (busy === POOL) await new Promise<void>((resolve) => waiting.push(resolve));
  else busy++;
  await new Promise((resolve) => setTimeout(resolve, 10));
  const next = waiting.shift();
  if (next === undefined) busy--;
  else next();
  return "done";
}

/** The handler of the service. */
export const WORK: Readonly<Record<Kind, () => Promise<string>>> = { cpu: compute, accept: compute, io: wait };
