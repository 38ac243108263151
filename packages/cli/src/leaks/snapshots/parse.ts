/** A heap snapshot of V8, as far as it is needed: columns in place of objects, as there are millions. */
export interface HeapGraph {
  readonly strings: readonly string[];
  readonly count: number;
  /** Of each node: its kind (`object`, `closure`, ...), its name's number, its id, its own bytes. */
  readonly kinds: readonly string[];
  readonly kind: Uint8Array;
  readonly name: Uint32Array;
  readonly id: Float64Array;
  readonly size: Float64Array;
  /** Where the edges of each node begin; the last is their number. */
  readonly first: Uint32Array;
  readonly edgeKinds: readonly string[];
  readonly edgeKind: Uint8Array;
  /** A number of a name, or an index. */
  readonly edgeName: Uint32Array;
  readonly to: Uint32Array;
}

interface Meta {
  readonly node_fields: readonly string[];
  readonly node_types: readonly [readonly string[], ...unknown[]];
  readonly edge_fields: readonly string[];
  readonly edge_types: readonly [readonly string[], ...unknown[]];
}

/** Reads the text of a `.heapsnapshot` file. Throws an `Error` for what is none. */
export function parseSnapshot(text: string): HeapGraph {
  const read = JSON.parse(text) as {
    readonly snapshot?: { readonly meta?: Meta };
    readonly nodes?: readonly number[];
    readonly edges?: readonly number[];
    readonly strings?: readonly string[];
  };
  const { nodes, edges, strings } = read;
  const meta = read.snapshot?.meta;
  if (!meta || !nodes || !edges || !strings) throw new Error("no heap snapshot");
  const field = (fields: readonly string[], name: string): number => {
    const at = fields.indexOf(name);
    if (at < 0) throw new Error(`no heap snapshot: it has no ${name}`);
    return at;
  };
  const [width, edgeWidth] = [meta.node_fields.length, meta.edge_fields.length];
  const [type, name, id, size, edgeCount] = ["type", "name", "id", "self_size", "edge_count"].map((one) =>
    field(meta.node_fields, one),
  ) as [number, number, number, number, number];
  const [edgeType, edgeName, to] = ["type", "name_or_index", "to_node"].map((one) => field(meta.edge_fields, one)) as [
    number,
    number,
    number,
  ];
  const count = nodes.length / width;
  const graph = {
    strings,
    count,
    kinds: meta.node_types[0],
    kind: new Uint8Array(count),
    name: new Uint32Array(count),
    id: new Float64Array(count),
    size: new Float64Array(count),
    first: new Uint32Array(count + 1),
    edgeKinds: meta.edge_types[0],
    edgeKind: new Uint8Array(edges.length / edgeWidth),
    edgeName: new Uint32Array(edges.length / edgeWidth),
    to: new Uint32Array(edges.length / edgeWidth),
  };
  for (let i = 0, at = 0; i < count; i++, at += width) {
    graph.kind[i] = nodes[at + type] as number;
    graph.name[i] = nodes[at + name] as number;
    graph.id[i] = nodes[at + id] as number;
    graph.size[i] = nodes[at + size] as number;
    graph.first[i + 1] = (graph.first[i] as number) + (nodes[at + edgeCount] as number);
  }
  for (let i = 0, at = 0; at < edges.length; i++, at += edgeWidth) {
    graph.edgeKind[i] = edges[at + edgeType] as number;
    graph.edgeName[i] = edges[at + edgeName] as number;
    // It is the place of the node in the list of all numbers.
    graph.to[i] = (edges[at + to] as number) / width;
  }
  return graph;
}
