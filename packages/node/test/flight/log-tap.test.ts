import { expect, it } from "vitest";
import { tapLogger } from "../../src/flight/log-tap.ts";

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
const CARD = "4111 1111 1111 1111";

function lineOf(fields: object, message: string): string {
  const tap = tapLogger(QUIET);
  let line = "";
  tap.listener = (_level, what) => {
    line = what;
  };
  tap.logger.warn(fields, message);
  return line;
}

it.each([100, 108, 112, 118])(
  "a secret that the bound of a field cuts after %i characters leaves nothing of itself",
  (at) => {
    expect(lineOf({ note: `${"x ".repeat(at / 2)}${CARD}` }, "refused")).not.toContain("4111");
  },
);

it.each([580, 588, 594, 598])("and none that the bound of a line cuts after %i", (at) => {
  const line = lineOf({}, `${"x ".repeat(at / 2)}${CARD} and more`);
  expect(line).not.toContain("4111");
  expect(line.length).toBeLessThanOrEqual(600);
});
