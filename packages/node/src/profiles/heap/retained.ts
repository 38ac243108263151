import type { CallFrame } from "../frames.js";

/** What keeps memory alive, as far as it can be told from the runtime's functions that allocate it. */
export type Retained = "collection" | "array" | "listeners" | "timers" | "buffers" | "code" | "streams" | "promises";

/** Functions of the runtime that allocate for one thing only; `file` is where they are, `""` for those of V8. */
const KNOWN: readonly (readonly [retained: Retained, file: RegExp, name: RegExp])[] = [
  ["listeners", /^node:(?:events|internal\/event_target)$/, /./],
  ["timers", /^node:(?:timers|internal\/timers)/, /./],
  ["timers", /^$/, /^(?:Timeout|Immediate)$/],
  ["buffers", /^node:(?:buffer|internal\/buffer)$/, /./],
  ["buffers", /^$/, /^(?:ArrayBuffer|SharedArrayBuffer|Uint8Array|FastBuffer)$/],
  ["streams", /^node:(?:internal\/(?:streams|webstreams|deps\/undici)|_http|http|stream|net|_tls)/, /./],
  ["code", /^$/, /^(?:Function|eval|\(BYTECODE_COMPILER\)|\(COMPILER\)|\(PARSER\))$/],
  ["collection", /^$/, /^(?:set|add|Map|Set|WeakMap|WeakSet)$/],
  ["array", /^$/, /^(?:push|unshift|splice|concat|Array)$/],
  ["promises", /^$/, /^(?:then|Promise|all|allSettled|race|any)$/],
];

/** What the functions above a site allocate for; `above` is what runs first, then who called it. */
export function retainedBy(above: readonly CallFrame[]): Retained | undefined {
  for (const { functionName, url } of [...above].reverse()) {
    const found = KNOWN.find(([, file, name]) => file.test(url) && name.test(functionName));
    if (found) return found[0];
  }
  return undefined;
}
