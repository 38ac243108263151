import { setTimeout as sleep } from "node:timers/promises";
import type { Input, Terminal } from "../terminal.js";

/** The room that a frame has. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

// The other screen of the terminal, without a cursor and without wrapping; and back, to what was there before.
const ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
// While keys come one by one, Ctrl-C and Ctrl-D are keys like others.
const ENDING = ["q", "Q", "\u0003", "\u0004"];
const HOME = "\u001b[H";
const END_OF_LINE = "\u001b[K";
const END_OF_SCREEN = "\u001b[J";

/**
 * Shows one frame after the other, each in the place of the one before, every `interval` milliseconds, until `q`, Ctrl-C, or the
 * terminal's signal; the terminal is then as it was. Where nobody reads along, each frame is a block of lines of its own.
 */
export async function showLive(
  terminal: Terminal,
  interval: number,
  frame: (room: Room) => Promise<readonly string[]>,
): Promise<void> {
  const { out, signal } = terminal;
  const ended = new AbortController();
  const end = (): void => ended.abort();
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  const screen = out.isTTY ? new Screen(terminal) : undefined;
  const keys = out.isTTY && terminal.input?.isTTY ? listen(terminal.input, end) : undefined;
  try {
    while (!ended.signal.aborted) {
      const lines = await frame(screen?.room ?? { width: Number.POSITIVE_INFINITY, height: Number.POSITIVE_INFINITY });
      if (ended.signal.aborted) break;
      if (screen) screen.show(lines);
      else out.write(`${lines.join("\n")}\n\n`);
      await sleep(interval, undefined, { signal: ended.signal }).catch(() => {});
    }
  } finally {
    signal.removeEventListener("abort", end);
    keys?.();
    screen?.close();
  }
}

class Screen {
  readonly #terminal: Terminal;
  #isOpen = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  get room(): Room {
    const { columns = 80, rows = 24 } = this.#terminal.out;
    return { width: columns, height: rows };
  }

  /** Written at once, so that no half of a frame is seen. The last line has no end: that would scroll. */
  show(lines: readonly string[]): void {
    const shown = lines.slice(0, this.room.height).join(`${END_OF_LINE}\r\n`);
    this.#terminal.out.write(`${this.#isOpen ? "" : ENTER}${HOME}${shown}${END_OF_LINE}${END_OF_SCREEN}`);
    this.#isOpen = true;
  }

  close(): void {
    if (this.#isOpen) this.#terminal.out.write(LEAVE);
  }
}

/** Calls `end` for the keys that end it. Returns a function that gives the keys back. */
function listen(input: Input, end: () => void): () => void {
  const heard = (data: Buffer | string): void => {
    if ([...String(data)].some((key) => ENDING.includes(key))) end();
  };
  input.setRawMode?.(true);
  input.on("data", heard);
  input.resume();
  return () => {
    input.off("data", heard);
    input.setRawMode?.(false);
    input.pause();
  };
}
