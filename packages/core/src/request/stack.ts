/** One line of a stack. */
export interface Frame {
  /** The function's name, `undefined` for an anonymous one. */
  readonly function: string | undefined;
  /** Path or URL of the file. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const LINE =
  /^\s*at (?:(?:async |new )?(?:Object\.)?(.*?)(?: \[as .*?\])? \()?(?:async )?(?:file:\/\/)?(.+?):(\d+):(\d+)\)?$/;
// A message may contain anything, so what the expression has to look at is bounded.
const MAX_LINE = 512;
const ANONYMOUS = /^$|<anonymous>$/;
const own = new Set<string>();

/** The frames of a V8 stack text, topmost first; lines without a position are left out. */
export function parseStack(stack: string): Frame[] {
  const frames: Frame[] = [];
  for (const line of stack.split("\n")) {
    const [, name = "", file, row, column] = LINE.exec(line.slice(0, MAX_LINE)) ?? [];
    if (!file) continue;
    frames.push({ function: ANONYMOUS.test(name) ? undefined : name, file, line: Number(row), column: Number(column) });
  }
  return frames;
}

/**
 * Leaves the frames of `file`, by default the calling one, out of all application frames: an adapter calls it once for each of
 * its files. What lies below `node_modules` is out without it.
 */
export function markOwnFile(file?: string): void {
  const found = file ?? parseStack(captureStack()).find((frame) => !own.has(frame.file))?.file;
  if (found) own.add(found);
}

/** Whether a frame is the application's: not this project's, not a dependency's, not the runtime's. */
export function isApplicationFrame(frame: Frame): boolean {
  return !own.has(frame.file) && !isForeign(frame.file);
}

function isForeign(file: string): boolean {
  return /^node:|[\\/]node_modules[\\/]/.test(file);
}

/** The topmost `limit` frames of the application. */
export function applicationFrames(stack: string, limit = 5): Frame[] {
  return parseStack(stack).filter(isApplicationFrame).slice(0, limit);
}

/**
 * The name of the application function that the framework called: the outermost one of the first run of application
 * frames. Of `RateLimitGuard.canActivate` it is the class. `undefined` for anonymous functions.
 */
export function entryName(stack: string): string | undefined {
  const frames = parseStack(stack).filter((frame) => !own.has(frame.file) && !frame.file.startsWith("node:"));
  const first = frames.findIndex((frame) => !isForeign(frame.file));
  if (first === -1) return undefined;
  let last = first;
  for (let next = frames[last + 1]; next !== undefined && !isForeign(next.file); next = frames[last + 1]) last++;
  return frames[last]?.function?.split(".")[0];
}

/** The stack of the caller, without an error to throw. */
export function captureStack(): string {
  return new Error().stack ?? "";
}

// The first frame of this very module: what is bundled with it is ours.
markOwnFile();
