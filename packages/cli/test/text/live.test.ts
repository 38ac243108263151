import { EventEmitter } from "node:events";
import { expect, it, vi } from "vitest";
import type { Room } from "../../src/text/live.ts";
import { showLive } from "../../src/text/live.ts";

function person({ columns = 20, rows = 3 } = {}) {
  let written = "";
  const abort = new AbortController();
  const modes: string[] = [];
  const keys = new EventEmitter();
  const input = Object.assign(keys, {
    isTTY: true,
    setRawMode: (raw: boolean) => modes.push(raw ? "raw" : "cooked"),
    resume: () => modes.push("resumed"),
    pause: () => modes.push("paused"),
  });
  const out = { isTTY: true, columns, rows, write: (text: string) => (written += text) };
  const terminal = { out, err: out, signal: abort.signal, input };
  return { terminal, keys, modes, abort, out, written: () => written };
}

const ENTERED = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const LEFT = expect.stringMatching(/\[\?7h.\[\?25h.\[\?1049l$/);

it.each(["q", "Q", "\u0003", "\u0004"])("ends with the key %j, and leaves the terminal as it was", async (key) => {
  const { terminal, keys, modes, written } = person();
  let frames = 0;
  const shown = showLive(terminal, 5, async () => [`frame ${++frames}`]);
  await vi.waitFor(() => expect(frames).toBeGreaterThan(2));
  keys.emit("data", Buffer.from("x"));
  keys.emit("data", Buffer.from(key));
  await shown;
  expect(written().startsWith(`${ENTERED}\u001b[Hframe 1\u001b[K\u001b[J\u001b[Hframe 2`)).toBe(true);
  expect(written()).toEqual(LEFT);
  expect(modes).toEqual(["raw", "resumed", "cooked", "paused"]);
  expect(keys.listenerCount("data")).toBe(0);
});

it("leaves the terminal as it was when it is ended from outside, and when a frame fails", async () => {
  const { terminal, abort, modes, written } = person();
  const shown = showLive(terminal, 60_000, async () => ["x"]);
  await vi.waitFor(() => expect(written()).toContain("x"));
  abort.abort();
  await shown;
  expect(written()).toEqual(LEFT);
  expect(modes.at(-2)).toBe("cooked");

  const other = person();
  let frames = 0;
  const failing = showLive(other.terminal, 1, async () => {
    if (++frames > 1) throw new Error("lost");
    return ["x"];
  });
  await expect(failing).rejects.toThrow("lost");
  expect(other.written()).toEqual(LEFT);
});

it("does not touch the screen before there is something to show", async () => {
  const { terminal, written } = person();
  const failing = showLive(terminal, 1, async () => Promise.reject(new Error("lost")));
  await expect(failing).rejects.toThrow("lost");
  expect(written()).toBe("");
});

it("has as many lines as there is room for, and follows the window's size", async () => {
  const { terminal, abort, out, written } = person({ rows: 2 });
  const rooms: Room[] = [];
  const shown = showLive(terminal, 1, async (room) => {
    rooms.push(room);
    if (rooms.length === 2) Object.assign(out, { columns: 40, rows: 9 });
    if (rooms.length === 4) abort.abort();
    return ["one", "two", "three"];
  });
  await shown;
  expect(rooms[0]).toEqual({ width: 20, height: 2 });
  expect(rooms[3]).toEqual({ width: 40, height: 9 });
  expect(written().match(/one|two|three/g)).toEqual(["one", "two", "one", "two", "three", "one", "two", "three"]);
});

it("is plain blocks where nobody reads along", async () => {
  let written = "";
  const out = { write: (text: string) => (written += text) };
  const abort = new AbortController();
  let frames = 0;
  await showLive({ out, err: out, signal: abort.signal }, 1, async () => {
    if (++frames === 3) abort.abort();
    return ["a", String(frames)];
  });
  expect(written).toBe("a\n1\n\na\n2\n\n");
});
