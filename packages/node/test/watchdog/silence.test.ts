import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isStall, silenceOf, wordsFor } from "../../src/watchdog/blocked/silence.ts";
import { readMainThread, type ThreadReading } from "../../src/watchdog/blocked/thread-state.ts";
import { temporaryDirectory } from "../support/files.ts";

const MB = 2 ** 20;
const start: ThreadReading = { at: 0, state: "R", waitsIn: undefined, ran: 0, queued: 0, all: 0 };
const after = (change: Partial<ThreadReading>): ThreadReading => ({ ...start, at: 1_000, ...change });
const around = { isInJavaScript: false, isInspected: false, resident: 60 * MB };

describe("a silent main thread", () => {
  it("is busy where it uses the processor", () => {
    const silence = silenceOf(start, after({ ran: 980, all: 1_000 }), around);
    expect([silence.kind, isStall(silence), wordsFor(silence)]).toEqual([
      "busy",
      true,
      "in native code; no JavaScript stack: the thread is busy (98 % of a processor)",
    ]);
  });

  it("is busy where it shares the processor with others", () => {
    expect(silenceOf(start, after({ ran: 300, queued: 690, all: 320 }), around).kind).toBe("busy");
  });

  it("waits where it uses none, and is told what for", () => {
    const silence = silenceOf(start, after({ ran: 3, all: 4, state: "S", waitsIn: "do_epoll_wait" }), around);
    expect([silence.kind, isStall(silence)]).toEqual(["waits", true]);
    expect(wordsFor(silence)).toContain("sleeps in do_epoll_wait (0 % of a processor)");
  });

  it("collects garbage where it is large and other threads of V8 help it: that is no stall", () => {
    const silence = silenceOf(start, after({ ran: 500, queued: 400, all: 1_250 }), { ...around, resident: 700 * MB });
    expect([silence.kind, isStall(silence)]).toEqual(["collects", false]);
  });

  it("does not collect where nobody helps, or where it is small", () => {
    expect(silenceOf(start, after({ ran: 980, all: 1_010 }), { ...around, resident: 700 * MB }).kind).toBe("busy");
    expect(silenceOf(start, after({ ran: 500, all: 1_250 }), around).kind).toBe("busy");
  });

  it("is starved where it was ready for most of the time and got no processor, whatever it runs", () => {
    const silence = silenceOf(start, after({ ran: 40, queued: 900, all: 50 }), { ...around, isInJavaScript: true });
    expect([silence.kind, isStall(silence)]).toEqual(["starved", false]);
  });

  it("is stopped by a signal, or where it sleeps and a debugger may hold it", () => {
    expect(silenceOf(start, after({ state: "T" }), around).kind).toBe("stopped");
    const held = silenceOf(start, after({ ran: 0, all: 10 }), { ...around, isInspected: true });
    expect([held.kind, isStall(held)]).toEqual(["stopped", false]);
  });

  it("is a stall where the kernel tells nothing", () => {
    const untold = { ...start, ran: undefined, queued: undefined, all: undefined };
    expect(isStall(silenceOf(untold, { ...untold, at: 1_000 }, around))).toBe(true);
  });
});

describe("the reading of a thread", () => {
  it("has its times and where it sleeps", () => {
    const proc = temporaryDirectory();
    mkdirSync(join(proc, "7/task/7"), { recursive: true });
    const stat = `7 (node (a) b) S ${"0 ".repeat(10)}120 30 ${"0 ".repeat(20)}`;
    writeFileSync(join(proc, "7/stat"), stat);
    writeFileSync(join(proc, "7/task/7/stat"), stat);
    writeFileSync(join(proc, "7/task/7/schedstat"), "1200500000 300000000 77\n");
    writeFileSync(join(proc, "7/task/7/wchan"), "do_wait");
    expect(readMainThread(7, 5, proc)).toEqual({
      at: 5,
      state: "S",
      waitsIn: "do_wait",
      ran: 1_200.5,
      queued: 300,
      all: 1_500,
    });
  });

  it("has of a thread without statistics its ticks, and of no thread nothing", () => {
    const proc = temporaryDirectory();
    mkdirSync(join(proc, "7/task/7"), { recursive: true });
    writeFileSync(join(proc, "7/task/7/stat"), `7 (node) R ${"0 ".repeat(10)}20 1 ${"0 ".repeat(20)}`);
    expect(readMainThread(7, 5, proc)).toMatchObject({ state: "R", ran: 210, queued: undefined, all: undefined });
    expect(readMainThread(8, 5, proc)).toMatchObject({ state: undefined, ran: undefined });
  });
});
