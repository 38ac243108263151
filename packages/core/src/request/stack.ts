/** One line of a stack. */
export interface Frame {
  /** The function's name, `undefined` for an anonymous one. */
  readonly function: string | undefined;
  /** Path or URL of the file. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const LINE = /^\s*at (?:(async )?(.*?) \()?(?:async )?(.+?):(\d+):(\d+)\)?$/;
const own = new Set<string>();

/** The frames of a V8 stack text, topmost first; lines without a position are left out. */
export function parseStack(stack: string): Frame[] {
  const frames: Frame[] = [];
  for (const line of stack.split("\n")) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const file = (match[3] as string).replace(/^file:\/\//, "");
    frames.push({
      function: nameOf(match[2]),
      file,
      line: Number(match[4]),
      column: Number(match[5]),
    });
  }
  return frames;
}

/** Leaves the frames of the calling file out of all application frames: called once by each file of an adapter. A file below `node_modules` is out without it. */
export function markOwnFile(): void {
  const caller = parseStack(new Error().stack ?? "").find((frame) => !own.has(frame.file));
  if (caller !== undefined) own.add(caller.file);
}

// The first frame of this very module: what is bundled with it is ours.
own.add(parseStack(new Error().stack ?? "")[0]?.file ?? "");

/** Whether a frame is the application's: not this project's, not a dependency's, not the runtime's. */
export function isApplicationFrame(frame: Frame): boolean {
  return !own.has(frame.file) && !isForeign(frame.file);
}

function isForeign(file: string): boolean {
  return file.startsWith("node:") || file.includes("/node_modules/") || file.includes("\\node_modules\\");
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

function nameOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const name = text.replace(/^(?:new|async) /, "").replace(/ \[as [^\]]+\]$/, "").replace(/^Object\./, "");
  return name === "" || name === "<anonymous>" || name.endsWith(".<anonymous>") ? undefined : name;
}
