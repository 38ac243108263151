import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { RecordedStack } from "@sop/core";
import { recordFrames } from "../../forensics/frames.js";
import type { StoppedFrame } from "./main-debugger.js";

/** Where our own files are. */
const OWN = [import.meta.url, pathToFileURL(createRequire(import.meta.url).resolve("@sop/core")).href].map((url) =>
  dirname(fileURLToPath(url)),
);

/**
 * A stack with the packages of its files. After a native call the thread may have come as far as our own code, which then says nothing: what
 * of it is topmost is left out.
 */
export function recordStack(
  frames: readonly StoppedFrame[],
  entry: string | undefined,
  isAfterNative: boolean,
): RecordedStack["frames"] {
  const first = frames.findIndex(({ file }) => !file.startsWith("node:") && !OWN.some((dir) => file.startsWith(dir)));
  const text = (isAfterNative && first > 0 && hasOwn(frames.slice(0, first)) ? frames.slice(first) : frames).map(
    ({ function: name = "<anonymous>", file, line, column }) => `    at ${name} (${file}:${line}:${column})`,
  );
  return recordFrames(text.join("\n"), entry);
}

function hasOwn(frames: readonly StoppedFrame[]): boolean {
  return frames.some(({ file }) => OWN.some((dir) => file.startsWith(dir)));
}
