// Control characters move the cursor and change colours; the others turn text around or hide it.
const HIDDEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const HAS_HIDDEN = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** A text from elsewhere, on one line, with nothing in it that a terminal obeys. */
export function printable(text: string): string {
  if (!HAS_HIDDEN.test(text)) return text;
  return text.replace(/\s*[\r\n]+\s*/g, " ⏎ ").replace(HIDDEN, "·");
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** The text, or as much of it as has room, with `…` for the rest. */
export function clip(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let room = width - 1;
  let kept = "";
  for (const character of text) {
    room -= columnsOf(character);
    if (room < 0) break;
    kept += character;
  }
  return width > 0 ? `${kept}…` : "";
}

function columnsOf(character: string): number {
  if (/^\p{M}$/u.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
