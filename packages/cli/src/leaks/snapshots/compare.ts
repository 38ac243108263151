import type { HeapGraph } from "./parse.js";

/** Objects of one constructor that are new, and what keeps one of them. */
export interface NewObjects {
  /** `Session`, `(string)`, `(closure) subscribe`. */
  readonly name: string;
  readonly count: number;
  /** Their own bytes. */
  readonly bytes: number;
  /** From what holds the object to the root: `[value] of Map`, `cache of Context`. */
  readonly path: readonly string[];
}

const MOST = 10;
const DEPTH = 8;

/** What is in the second snapshot and not in the first, of the same process, the largest first. */
export function newObjects(before: HeapGraph, after: HeapGraph): readonly NewObjects[] {
  // Ids rise, and an object keeps its own.
  const known = new Set(before.id);
  const groups = new Map<string, { count: number; bytes: number; nodes: number[] }>();
  for (let node = 0; node < after.count; node++) {
    if (known.has(after.id[node] as number)) continue;
    const name = nameOf(after, node);
    if (name === undefined) continue;
    const group = groups.get(name) ?? { count: 0, bytes: 0, nodes: [] };
    groups.set(name, group);
    group.count++;
    group.bytes += after.size[node] as number;
    group.nodes.push(node);
  }
  const largest = [...groups].sort((a, b) => b[1].bytes - a[1].bytes).slice(0, MOST);
  if (largest.length === 0) return [];
  const keepers = keepersOf(after);
  return largest.map(([name, { count, bytes, nodes }]) => {
    // One from the middle: the first and the last may be of the moment.
    const node = nodes[Math.floor(nodes.length / 2)] as number;
    return { name, count, bytes, path: pathOf(after, keepers, node) };
  });
}

/** `undefined` for what is V8's own. */
function nameOf({ kinds, kind, name, strings }: HeapGraph, node: number): string | undefined {
  const own = kinds[kind[node] as number];
  const text = strings[name[node] as number] ?? "";
  if (own === "object") return text;
  if (own === "closure") return `(closure) ${text || "anonymous"}`;
  if (own === "string" || own === "concatenated string" || own === "sliced string") return "(string)";
  return undefined;
}

interface Keepers {
  /** The edge by which each node is reached first from the root, plus 1; and the node that has it. */
  readonly edge: Uint32Array;
  readonly from: Uint32Array;
}

/** The shortest way from the root to each node; weak edges keep nothing. */
function keepersOf({ count, first, to, edgeKinds, edgeKind }: HeapGraph): Keepers {
  const weak = edgeKinds.indexOf("weak");
  const edge = new Uint32Array(count);
  const from = new Uint32Array(count);
  const queue = new Uint32Array(count);
  let [head, tail] = [0, 1];
  while (head < tail) {
    const node = queue[head++] as number;
    for (let i = first[node] as number; i < (first[node + 1] as number); i++) {
      const next = to[i] as number;
      if (edgeKind[i] === weak || next === 0 || edge[next] !== 0) continue;
      edge[next] = i + 1;
      from[next] = node;
      queue[tail++] = next;
    }
  }
  return { edge, from };
}

function pathOf(graph: HeapGraph, { edge, from }: Keepers, node: number): string[] {
  const path: string[] = [];
  for (let at = node; path.length < DEPTH && edge[at] !== 0; at = from[at] as number) {
    const way = edgeText(graph, (edge[at] as number) - 1);
    const holder = graph.strings[graph.name[from[at] as number] as number] || "(root)";
    path.push(`${way} of ${holder.slice(0, 60)}`);
  }
  return path;
}

function edgeText({ edgeKinds, edgeKind, edgeName, strings }: HeapGraph, edge: number): string {
  const kind = edgeKinds[edgeKind[edge] as number];
  const isIndex = kind === "element" || kind === "hidden";
  return isIndex ? "an element" : (strings[edgeName[edge] as number] ?? "").slice(0, 60);
}
