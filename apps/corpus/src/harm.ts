import type { Answer } from "./ask.ts";

/** Who waits for longer than this is harmed, whatever comes of it. */
const PATIENCE = 1_000;

/** When the first of these was harmed, in milliseconds since 1970: by an error, a status of 500 or more, or a second of waiting. */
export function firstHarm(answers: readonly Answer[]): number | undefined {
  const times = answers.flatMap((answer) => harmedAt(answer) ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
}

function harmedAt({ asked, ms, status, err }: Answer): number | undefined {
  if (ms > PATIENCE) return asked + PATIENCE;
  return err !== undefined || (status ?? 0) >= 500 ? asked + ms : undefined;
}

/** How many ended which way: `200`, `503`, `ECONNRESET`. */
export function mixOf(answers: readonly Answer[]): Record<string, number> {
  const mix: Record<string, number> = {};
  for (const { status, err } of answers) {
    const end = err ?? String(status);
    mix[end] = (mix[end] ?? 0) + 1;
  }
  return mix;
}
