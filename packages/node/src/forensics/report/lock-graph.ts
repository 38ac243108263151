import type { LockGraph } from "@sop/core";
import { el, type Markup } from "../../markup/xml.js";
import { type Drawing, text, WIDTH } from "./drawing.js";

const BOX = { width: 208, height: 44 } as const;
const MOST_IN_RING = 8;
const MOST_IN_CHAIN = 6;

type Owner = LockGraph["nodes"][number];

/** Who waits for whom: the ring of a deadlock where there is one, else the longest chain. Of all others only the number is told. */
export function lockGraphDrawing({ nodes, edges, cycle, longestChain }: LockGraph): Drawing | undefined {
  const isRing = cycle.length > 0;
  const shown = isRing ? cycle.slice(0, MOST_IN_RING) : longestChain.slice(-MOST_IN_CHAIN);
  if (shown.length === 0) return undefined;
  const owners = new Map(nodes.map((node) => [node.id, node]));
  const next = (i: number): string | undefined => (isRing ? shown[(i + 1) % shown.length] : shown[i + 1]);
  const height = isRing ? ringHeight(shown.length) : 34 + shown.length * (BOX.height + 34);
  const places = new Map(shown.map((id, i) => [id, isRing ? onRing(i, shown.length, height) : inChain(i)]));
  const waits = shown.flatMap((id, i) => {
    const to = next(i);
    const resource = edges.find((edge) => edge.from === id && edge.to === to)?.resource ?? "";
    return to === undefined || to === id ? [] : [{ from: id, to, resource }];
  });
  const others = nodes.filter(({ id, waitsFor }) => waitsFor.length > 0 && !places.has(id)).length;
  return {
    width: WIDTH,
    height,
    title: isRing
      ? `A ring of ${cycle.length}: none of them can ever go on`
      : `A chain of ${longestChain.length}: each waits for the next`,
    words: waits
      .map(
        ({ from, to, resource }) =>
          `${labelOf(owners.get(from), from)} waits for ${resource}, which ${labelOf(owners.get(to), to)} has`,
      )
      .join("; "),
    content: [
      text(0, 16, isRing ? `a ring of ${cycle.length}` : `the longest chain, of ${longestChain.length}`, 40, "quiet"),
      ...(others > 0 ? [text(WIDTH, 16, `${others} more wait behind them`, 40, "quiet", "end")] : []),
      ...waits.flatMap(({ from, to, resource }, i) =>
        arrow(places.get(from) as Point, places.get(to) as Point, resource, isRing, i),
      ),
      ...shown.flatMap((id) => box(owners.get(id), id, places.get(id) as Point, isRing)),
    ],
  };
}

/** The middle of a box. */
interface Point {
  readonly x: number;
  readonly y: number;
}

function ringHeight(count: number): number {
  if (count <= 2) return 150;
  return count <= 4 ? 300 : 420;
}

function onRing(i: number, count: number, height: number): Point {
  const angle = Math.PI + (i / count) * 2 * Math.PI;
  const [rx, ry] = [WIDTH / 2 - BOX.width / 2 - 8, height / 2 - 20 - BOX.height / 2];
  return { x: WIDTH / 2 + rx * Math.cos(angle), y: 14 + height / 2 + ry * Math.sin(angle) };
}

function inChain(i: number): Point {
  return { x: WIDTH / 2, y: 34 + BOX.height / 2 + i * (BOX.height + 34) };
}

function box(owner: Owner | undefined, id: string, { x, y }: Point, isRing: boolean): Markup[] {
  const [left, top] = [x - BOX.width / 2, y - BOX.height / 2];
  const holds = owner && owner.holds.length > 0 ? `holds ${owner.holds.join(", ")}` : "holds nothing";
  return [
    el("rect", {
      x: left,
      y: top,
      width: BOX.width,
      height: BOX.height,
      rx: 6,
      class: isRing ? "owner ring" : "owner",
    }),
    text(left + 12, top + 18, labelOf(owner, id), 27, "name"),
    text(left + 12, top + 34, holds, 33, "small"),
  ];
}

function labelOf(owner: Owner | undefined, id: string): string {
  return owner?.route ?? id;
}

/** From one box to the other, bent to the side, so that two that wait for each other have two arrows. */
function arrow(from: Point, to: Point, resource: string, isBent: boolean, i: number): Markup[] {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const bend = isBent ? 34 : 0;
  const control = { x: (from.x + to.x) / 2 - (dy / length) * bend, y: (from.y + to.y) / 2 + (dx / length) * bend * -1 };
  const [start, end] = [edgeOf(from, control), edgeOf(to, control)];
  const middle = { x: (start.x + 2 * control.x + end.x) / 4, y: (start.y + 2 * control.y + end.y) / 4 };
  return [
    el("path", { d: `M${at(start)}Q${at(control)} ${at(end)}`, class: "wait" }),
    head(control, end),
    text(middle.x, middle.y + (isBent && i % 2 === 1 ? 16 : -6), `waits for ${resource}`, 30, "small", "middle"),
  ];
}

/** Where a line from the middle of a box to `towards` leaves it. */
function edgeOf({ x, y }: Point, towards: Point): Point {
  const [dx, dy] = [towards.x - x, towards.y - y];
  const share = Math.min(BOX.width / 2 / Math.abs(dx || 1e-9), BOX.height / 2 / Math.abs(dy || 1e-9));
  return { x: x + dx * share, y: y + dy * share };
}

function head(from: Point, tip: Point): Markup {
  const angle = Math.atan2(tip.y - from.y, tip.x - from.x);
  const side = (turn: number): Point => ({
    x: tip.x - 9 * Math.cos(angle + turn),
    y: tip.y - 9 * Math.sin(angle + turn),
  });
  return el("path", { d: `M${at(tip)}L${at(side(0.45))}L${at(side(-0.45))}Z`, class: "head" });
}

function at({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
