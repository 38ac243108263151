import { el, type Markup } from "../../markup/xml.js";

/** A part of a report as a picture: its content, for a place of this size. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** What it is, and what it shows, for those who do not see it. */
  readonly title: string;
  readonly words: string;
  readonly content: readonly Markup[];
}

/** All drawings have this width, so that they can stand below each other. */
export const WIDTH = 720;

/** A drawing as an element; `id` is its own within the document. */
export function svg({ width, height, title, words, content }: Drawing, id: string): Markup {
  return el(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "img",
      "aria-labelledby": `${id}-title ${id}-words`,
    },
    el("title", { id: `${id}-title` }, title),
    el("desc", { id: `${id}-words` }, words),
    ...content,
  );
}

/** A text that begins at a place, cut where it would be longer than there is room: `room` in characters. */
export function text(
  x: number,
  y: number,
  words: string,
  room: number,
  name?: string,
  anchor?: "middle" | "end",
): Markup {
  const cut = words.length > room ? `${words.slice(0, Math.max(1, room - 1))}…` : words;
  const whole = cut === words ? [] : [el("title", {}, words)];
  return el("text", { x, y, class: name, "text-anchor": anchor }, ...whole, cut);
}
