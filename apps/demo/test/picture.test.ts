import { expect, it } from "vitest";
import { picture } from "../src/screen/picture.ts";
import type { Outcome } from "../src/traffic/traffic.ts";

const CRASH = 1_795_000_000_000;

function outcome(seconds: number, status: number | undefined): Outcome {
  const at = CRASH + seconds * 1_000;
  const failure = status === 200 ? undefined : String(status);
  return { kind: "items", sentAt: at, endedAt: at, status, attempts: 1, stored: undefined, failure };
}

it("shows each step at its time, and what the customers got above it", () => {
  const drawn = picture(
    CRASH,
    [
      { step: "contained", at: CRASH + 20, detail: "" },
      { step: "reproduced", at: CRASH + 8_000, detail: "" },
    ],
    [outcome(-1.9, 200), outcome(0, 200), outcome(0, 200), outcome(4, 503), outcome(5, undefined), outcome(-9, 500)],
  );
  const lines = drawn.split("\n");
  const row = (label: string) => lines.find((line) => line.includes(label)) ?? "";
  expect(row("failed")).toMatch(/^ {2}failed {6}·+✘·+✘·+ {2}2$/);
  expect(row("answered")).toMatch(/^ {2}answered .*▄.*█/);
  expect(row("contained")).toMatch(/●\s+0\.0 s$/);
  expect(row("reproduced")).toMatch(/─●\s+8\.0 s$/);
  expect(row("reproduced").indexOf("●")).toBeGreaterThan(row("contained").indexOf("●"));
  expect(lines.at(-1)).toMatch(/0 +1 +2 .* 8 *seconds since the crash$/);
});
