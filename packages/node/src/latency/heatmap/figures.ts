import { el, type Markup } from "../../markup/xml.js";
import type { Change, RouteChange } from "../compare.js";
import { formatCount, formatLatency, formatShare } from "../format.js";
import type { RouteLatency } from "../run.js";
import { PAGE, SIZE } from "./layout.js";
import { NAMES } from "./lines.js";
import { INK } from "./palette.js";
import { changeInWords, counted } from "./words.js";

const LINE = 19;
/** In widths of a Latin letter. */
const NAME_LENGTH = 34;

/** What stands at the left of a band: the route, and its figures in numbers. */
export function drawFigures(route: RouteLatency, seconds: number, change: RouteChange | undefined): Markup {
  const { requests, errors, cancelled } = route;
  const changes = change?.in === "both" ? change.changes : undefined;
  const lines: Markup[][] = [
    [quiet(`${counted(requests, "request")}, ${rate(requests / seconds)}`)],
    ...NAMES.map((name) => figure(name.toUpperCase(), formatLatency(route[name]), changes?.[name])),
    figure(
      "errors",
      `${formatShare(route.errorRatio)}${errors > 0 && !changes ? ` (${formatCount(errors)})` : ""}`,
      changes?.errorRatio,
    ),
    ...(cancelled > 0 ? [figure("left", `${counted(cancelled, "client")} went away`, undefined)] : []),
    ...(change?.in === "after" ? [[quiet("not in the run before")]] : []),
  ];
  return el(
    "g",
    { transform: `translate(${PAGE.margin} 0)`, "font-size": SIZE.text, fill: INK.text },
    el("text", { y: 12, "font-size": SIZE.route, "font-weight": 600 }, ellipsis(route.route)),
    ...lines.map((line, i) => el("g", { transform: `translate(0 ${12 + (i + 1) * LINE + 2})` }, ...line)),
  );
}

function quiet(text: string): Markup {
  return el("text", { fill: INK.quiet }, text);
}

function figure(name: string, value: string, change: Change | undefined): Markup[] {
  const words = change && changeInWords(change, name === "errors");
  return [
    el("text", { fill: INK.quiet }, name),
    el("text", { x: 46, "font-weight": 600 }, value),
    ...(words === undefined
      ? []
      : [
          el(
            "text",
            { x: 118, "font-size": SIZE.small, fill: change?.verdict === "worse" ? INK.error : INK.text },
            words,
          ),
        ]),
  ];
}

/** A name that is longer than there is room; the whole is in the band's title. */
function ellipsis(name: string): string {
  let width = 0;
  let shown = "";
  for (const character of name) {
    width += widthOf(character);
    if (width > NAME_LENGTH) return `${shown}\u2026`;
    shown += character;
  }
  return shown;
}

/** Capitals are wide, and what is not of an alphabet is wider. */
function widthOf(character: string): number {
  if (character >= "\u1100") return 2;
  return /[A-Z@%&mw]/.test(character) ? 1.3 : 1;
}

function rate(perSecond: number): string {
  if (perSecond >= 10) return `${formatCount(perSecond)}/s`;
  return `${perSecond.toFixed(perSecond >= 1 ? 1 : 2)}/s`;
}
