import type { CallFrame } from "../../src/profiles/frames.ts";
import type { HeapNode, HeapSampling } from "../../src/profiles/pprof/heap.ts";

/** A function as V8's inspector tells it: `leak file:///srv/app.js:3`; what is of no file has no more than a name. */
export function callFrame(text: string): CallFrame {
  const [functionName = "", place = ""] = text.split(" ");
  const [, url = "", line = "0"] = /^(.*):(\d+)$/.exec(place) ?? [];
  return { functionName, url, lineNumber: Number(line) - 1, columnNumber: url === "" ? -1 : 0 };
}

/** A sampling of stacks, each from its outermost function to what allocated, with the bytes of each sample. */
export function heapSampling(
  stacks: readonly (readonly [stack: readonly string[], ...sizes: number[]])[],
): HeapSampling {
  let ids = 1;
  const samples: HeapSampling["samples"][number][] = [];
  const children = stacks.map(([stack, ...sizes]) => {
    return stack.reduceRight<HeapNode | undefined>((child, text, i) => {
      const id = ++ids;
      const isLeaf = i === stack.length - 1;
      if (isLeaf) for (const size of sizes) samples.push({ size, nodeId: id, ordinal: samples.length });
      return {
        id,
        callFrame: callFrame(text),
        selfSize: isLeaf ? sizes.reduce((sum, size) => sum + size, 0) : 0,
        children: child ? [child] : [],
      };
    }, undefined) as HeapNode;
  });
  return { head: { id: 1, callFrame: callFrame("(root)"), selfSize: 0, children }, samples };
}
