import { setTimeout as after } from "node:timers/promises";

/** What a request takes: 5 to 35 ms. */
export async function work() {
  await after(5 + Math.random() * 30);
  return "done";
}

/** What a slow response takes: 1.5 s, a chunk each 100 ms. */
export async function* slow() {
  for (let i = 0; i < 15; i++) {
    yield `chunk ${i}\n`;
    await after(100);
  }
}
