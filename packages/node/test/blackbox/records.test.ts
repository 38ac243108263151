import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InFlightTable, NO_ENTRY, overflowOf, readInFlight } from "../../src/blackbox/in-flight.ts";
import { ENTRIES, makeBlackBox, RECORD_BYTES, RECORDS } from "../../src/blackbox/memory.ts";
import { Names, OTHER, readNames } from "../../src/blackbox/names.ts";
import { readRecords } from "../../src/blackbox/read-records.ts";
import { RecordRing } from "../../src/blackbox/record-ring.ts";

describe("names", () => {
  it("are each kept once, and read as they were given", () => {
    const box = makeBlackBox();
    const names = new Names(box);
    const given = ["/orders/:id", "GET", "/später", "GET"];
    const numbers = given.map((name) => names.of(name));
    expect(numbers[1]).toBe(numbers[3]);
    expect(numbers.map((number) => readNames(box)[number])).toEqual(given);
  });

  it("that find no room are other, however many come", () => {
    const box = makeBlackBox();
    const names = new Names(box);
    for (let i = 0; i < 100_000; i++) names.of(`/${i}/${"x".repeat(i % 300)}`);
    expect(readNames(box)[names.of("/one/more")]).toBe(OTHER);
    expect(readNames(box)[names.of("/1/x")]).toBe("/1/x");
  });

  it("hold no secret", () => {
    const box = makeBlackBox();
    new Names(box).of("https://user:hunter22@host/");
    expect(readNames(box).join()).not.toContain("hunter22");
  });
});

describe("records", () => {
  function recorded() {
    const box = makeBlackBox();
    return { box, names: new Names(box), ring: new RecordRing(box) };
  }

  it("are read as they were written, in their order", () => {
    const { box, names, ring } = recorded();
    ring.request(1_000, names.of("GET"), names.of("/orders/:id"), 200, 1.5, false, "request-1", "");
    ring.call(1_001, names.of("stock:80"), names.of("/orders/:id"), 0, "refused", 3, true, "request-1");
    ring.note("breaker", 1_002, "redis: CLOSED -> OPEN");
    ring.note("log", 1_003, "too slow", "request-1", 1);
    expect(readRecords(box)).toEqual([
      {
        kind: "request",
        at: 1_000,
        method: "GET",
        route: "/orders/:id",
        status: 200,
        duration: 1.5,
        requestId: "request-1",
        traceId: undefined,
        isExpired: false,
      },
      {
        kind: "call",
        at: 1_001,
        host: "stock:80",
        route: "/orders/:id",
        status: 0,
        outcome: "refused",
        duration: 3,
        requestId: "request-1",
        isRetry: true,
      },
      { kind: "breaker", at: 1_002, what: "redis: CLOSED -> OPEN" },
      { kind: "log", at: 1_003, level: "error", what: "too slow", requestId: "request-1" },
    ]);
    expect(readRecords(box, 1_002)).toHaveLength(2);
  });

  it("of failed code have a text that goes on in others, whichever its characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 250 }), (text) => {
        const { box, ring } = recorded();
        const message = text.replaceAll("\n", " ");
        const lines = ["stock", "TypeError", "E_STOCK", message, "find /app/a.js:1:2", "/app/b.js:3:4"];
        ring.panic({ at: 1_000, origin: "handler", method: 0, route: 0, requestId: "", text: lines.join("\n") });
        ring.note("drain", 1_001, "started");
        const [panic, drain] = readRecords(box);
        const whole = Buffer.byteLength(lines.join("\n")) < 900;
        if (whole) expect(panic).toMatchObject({ type: "TypeError", message, frames: lines.slice(4) });
        expect(panic).toMatchObject({ kind: "panic", name: "stock", method: undefined });
        expect(drain).toMatchObject({ kind: "drain" });
      }),
    );
  });

  it("are the newest ones, however many were written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 * RECORDS + 10 }), (count) => {
        const { box, ring } = recorded();
        for (let i = 1; i <= count; i++) ring.request(i, 0, 0, 200, 1, false, "", "");
        const read = readRecords(box);
        expect(read).toHaveLength(Math.min(count, RECORDS));
        expect(read.at(-1)?.at).toBe(count === 0 ? undefined : count);
        expect(read[0]?.at).toBe(count === 0 ? undefined : Math.max(1, count - RECORDS + 1));
      }),
      { numRuns: 20 },
    );
  });

  it("that are damaged are passed over, whatever the bytes", () => {
    const { box, names, ring } = recorded();
    for (let i = 1; i <= 20; i++) ring.note("log", i, "x".repeat(i * 30), "", 0);
    ring.request(30, names.of("GET"), names.of("/"), 200, 1, false, "a", "");
    const before = new Uint8Array(box.buffer as ArrayBuffer).slice();
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(80 * RECORD_BYTES), fc.nat(255)), { maxLength: 400 }), (damages) => {
        const bytes = new Uint8Array(box.buffer as ArrayBuffer);
        bytes.set(before);
        for (const [at, value] of damages) bytes[box.records.byteOffset + at] = value;
        expect(readRecords(box).every(({ at }) => Number.isFinite(at))).toBe(true);
      }),
    );
  });
});

describe("what is in flight", () => {
  it("is there from its begin to its end, with what is known of it", () => {
    const box = makeBlackBox();
    const names = new Names(box);
    const table = new InFlightTable(box);
    const first = table.request(1_000, names.of("GET"), names.of("/a"), "one");
    const second = table.call(900, names.of("stock:80"), names.of("/a"), "one");
    table.route(first, names.of("/a/:id"));
    table.phase(first, "answering");
    expect(readInFlight(box)).toEqual([
      { kind: "call", startedAt: 900, phase: "opened", host: "stock:80", route: "/a", requestId: "one" },
      { kind: "request", startedAt: 1_000, phase: "answering", method: "GET", route: "/a/:id", requestId: "one" },
    ]);
    table.end(second);
    table.end(first);
    expect(readInFlight(box)).toEqual([]);
  });

  it("is as a list of what was begun and not ended, in whichever order", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(100)), { maxLength: 300 }), (steps) => {
        const box = makeBlackBox();
        const table = new InFlightTable(box);
        const open: { entry: number; id: string }[] = [];
        for (const [i, [begins, which]] of steps.entries()) {
          const id = `r${i}`;
          if (begins || open.length === 0) open.push({ entry: table.request(i + 1, 0, 0, id), id });
          else table.end(open.splice(which % open.length, 1)[0]?.entry ?? NO_ENTRY);
        }
        expect(readInFlight(box).map(({ requestId }) => requestId)).toEqual(open.map(({ id }) => id));
      }),
    );
  });

  it("is counted where there is no room for it, and harms nothing", () => {
    const box = makeBlackBox();
    const table = new InFlightTable(box);
    const entries = Array.from({ length: ENTRIES + 3 }, (_, i) => table.request(i + 1, 0, 0, ""));
    expect(entries.filter((entry) => entry === NO_ENTRY)).toHaveLength(3);
    expect(overflowOf(box)).toBe(3);
    for (const entry of entries) table.end(entry);
    expect(readInFlight(box)).toEqual([]);
    expect(table.request(1, 0, 0, "")).not.toBe(NO_ENTRY);
  });
});
