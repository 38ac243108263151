import type { Output } from "../terminal.js";

/** Colours a text, where the output shows colours. */
export interface Paint {
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
  bold(text: string): string;
  dim(text: string): string;
}

const wrap =
  (on: number, off: number) =>
  (text: string): string =>
    text === "" ? "" : `\u001b[${on}m${text}\u001b[${off}m`;
const plain = (text: string): string => text;

const COLOURS: Paint = {
  red: wrap(31, 39),
  yellow: wrap(33, 39),
  green: wrap(32, 39),
  bold: wrap(1, 22),
  dim: wrap(2, 22),
};
const NONE: Paint = { red: plain, yellow: plain, green: plain, bold: plain, dim: plain };

/** Colours on a terminal, none elsewhere, and none with `NO_COLOR` (no-color.org) or on a terminal that has none. */
export function paintFor({ isTTY }: Output): Paint {
  return isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb" ? COLOURS : NONE;
}
