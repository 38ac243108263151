import type { Topology } from "@sop/core";
import { COLOURS, STEPS } from "../../latency/heatmap/palette.js";
import { el, type Markup } from "../../markup/xml.js";
import { type Drawing, text, WIDTH } from "./drawing.js";
import { time } from "./figures.js";

type Node = Topology["nodes"][number];

const BOX = { width: 308, height: 42, gap: 12 } as const;
const TOP = 62;
/** What goes well is the least interesting. */
const MOST = 8;
/** The first of the scale's colours on which white is read better than black. */
const FIRST_DARK = 5;

/** Routes on the left, what they call on the right: the darker, the less of it goes well. */
export function topologyDrawing({ nodes, edges }: Topology): Drawing {
  const left = hottest(nodes.filter(({ kind }) => kind === "route"));
  const right = hottest(nodes.filter(({ kind }) => kind !== "route"));
  const places = new Map([...column(left, 0), ...column(right, WIDTH - BOX.width)]);
  const rows = Math.max(left.length, right.length, 1);
  const more = nodes.length - places.size;
  const height = TOP + rows * (BOX.height + BOX.gap) + (more > 0 ? 22 : 4);
  return {
    width: WIDTH,
    height,
    title: "Topology",
    words: nodes.map((node) => `${node.kind} ${node.id}: ${wordsOf(node)}`).join("; "),
    content: [
      ...scale(),
      text(0, TOP - 12, "routes", 20, "quiet"),
      ...(right.length > 0 ? [text(WIDTH - BOX.width, TOP - 12, "hosts and pools", 20, "quiet")] : []),
      ...edges.flatMap(({ from, to }) => way(places.get(from), places.get(to))),
      ...[...left, ...right].flatMap((node) => box(node, places.get(node.id) as Place)),
      ...(more > 0 ? [text(0, height - 6, `${more} more, less hot`, 40, "small")] : []),
    ],
  };
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly heat: number;
}

function hottest(nodes: readonly Node[]): Node[] {
  return [...nodes].sort((a, b) => b.heat - a.heat || b.inFlight - a.inFlight || b.ended - a.ended).slice(0, MOST);
}

function column(nodes: readonly Node[], x: number): [string, Place][] {
  return nodes.map(({ id, heat }, i) => [id, { x, y: TOP + i * (BOX.height + BOX.gap), heat }]);
}

function stepOf(heat: number): number {
  return Math.min(STEPS - 1, Math.max(0, Math.round(heat * (STEPS - 1))));
}

function box(node: Node, { x, y }: Place): Markup[] {
  const step = stepOf(node.heat);
  const ink = step >= FIRST_DARK ? "on-dark" : "on-light";
  return [
    el("rect", { x, y, width: BOX.width, height: BOX.height, rx: 6, fill: COLOURS[step], class: "box" }),
    text(x + 12, y + 18, node.id, 40, `${ink} name`),
    text(x + 12, y + 34, wordsOf(node), 52, `${ink} small`),
  ];
}

function wordsOf({ kind, heat, inFlight, ended, p50 }: Node): string {
  const share = `${Math.round(heat * 100)} % not well`;
  const flight = `${inFlight} ${kind === "pool" ? "held or waiting" : "in flight"}`;
  return [share, flight, ended > 0 && `${ended} ended`, p50 !== undefined && `p50 ${time(p50)}`]
    .filter(Boolean)
    .join(" · ");
}

function way(from: Place | undefined, to: Place | undefined): Markup[] {
  if (!from || !to) return [];
  const [x1, y1, x2, y2] = [from.x + BOX.width, from.y + BOX.height / 2, to.x, to.y + BOX.height / 2];
  const middle = (x1 + x2) / 2;
  return [el("path", { d: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`, class: "edge" })];
}

/** What the colours mean. */
function scale(): Markup[] {
  const [x, width] = [WIDTH - BOX.width, 14];
  return [
    text(x - 12, 21, "all well", 10, "small", "end"),
    ...COLOURS.map((fill, i) => el("rect", { x: x + i * width, y: 10, width, height: 14, fill })),
    text(x + STEPS * width + 10, 21, "nothing works", 16, "small"),
  ];
}
