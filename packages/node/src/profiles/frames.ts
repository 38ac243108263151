import { fileURLToPath } from "node:url";
import { maskText } from "../forensics/mask.js";
import type { ProfileFrame } from "./pprof/profile.js";
import type { SourceMaps } from "./source-maps.js";

/** A function as V8's inspector names it; lines and columns begin at 0, and are -1 where there are none. */
export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** Makes frames of profiles: with paths in place of URLs, positions in sources, and no secret in a name. Each is made once. */
export class FrameReader {
  readonly #maps: SourceMaps;
  readonly #known = new Map<string, ProfileFrame>();

  constructor(maps: SourceMaps) {
    this.#maps = maps;
  }

  /** `line`: one within the function, from 1 on, in place of where it begins. */
  read({ functionName, url, lineNumber, columnNumber }: CallFrame, line?: number): ProfileFrame {
    const key = `${functionName}\n${url}\n${line ?? lineNumber}\n${line === undefined ? columnNumber : ""}`;
    const known = this.#known.get(key);
    if (known) return known;
    const frame = this.#maps.original({
      name: maskText(functionName) || "(anonymous)",
      file: fileOf(url),
      line: line ?? lineNumber + 1,
      column: line === undefined ? columnNumber + 1 : 0,
    });
    this.#known.set(key, frame);
    return frame;
  }
}

/** A path where it is a file. What is in a `data:` URL is code, and may be anything. */
function fileOf(url: string): string {
  if (url.startsWith("data:")) return "data:";
  if (!url.startsWith("file:")) return maskText(url);
  try {
    // Loaders that load a module again give it a query.
    return fileURLToPath(url.replace(/[?#].*$/s, ""));
  } catch {
    return maskText(url);
  }
}
