import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ServerEvent, SseParser } from "../../src/plane/sse-parser.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** All events of a stream that comes in pieces, cut at the given places. */
function parse(stream: Uint8Array, cuts: readonly number[] = []) {
  const parser = new SseParser();
  const places = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
  const events = places.slice(1).flatMap((end, i) => parser.push(stream.subarray(places[i], end)));
  return { events, lastId: parser.lastId, retry: parser.retry };
}

const word = fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replace(/[\r\n\0]/g, ""));
const sent = fc.record({
  id: fc.option(word),
  type: fc.option(word.filter((text) => text !== "")),
  data: fc.array(word, { minLength: 1, maxLength: 4 }),
  comment: fc.option(word),
  retry: fc.option(fc.nat()),
});
const newline = fc.constantFrom("\n", "\r\n", "\r");

type Sent = typeof sent extends fc.Arbitrary<infer T> ? T : never;

/** An event as a server writes it; a blank after the colon belongs to the field only where the value has one too. */
function written({ id, type, data, comment, retry }: Sent, end: string): string {
  const field = (name: string, value: string | null) => (value === null ? [] : [`${name}: ${value}`]);
  const lines = [
    ...(comment === null ? [] : [`:${comment}`]),
    ...field("id", id),
    ...field("event", type),
    ...field("retry", retry === null ? null : String(retry)),
    ...data.flatMap((line) => field("data", line)),
  ];
  return [...lines, "", ""].join(end);
}

describe("a stream of events", () => {
  it("is the same in whatever pieces it comes, with whatever ends of lines", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(sent, newline), { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (all, cuts) => {
          let id = "";
          const wanted = all.map(([event]): ServerEvent => {
            id = event.id ?? id;
            return { id, type: event.type ?? "message", data: event.data.join("\n") };
          });
          const stream = bytes(all.map(([event, end]) => written(event, end)).join(""));
          const read = parse(stream, cuts);
          expect(read.events).toEqual(wanted);
          expect(read.lastId).toBe(id);
          expect(read.retry).toBe(all.map(([{ retry }]) => retry).findLast((retry) => retry !== null));
          expect(parse(stream)).toEqual(read);
        },
      ),
    );
  });

  it("is read without an error, whatever it is, and in pieces like whole", () => {
    const odd = fc.array(
      fc.constantFrom("data", "id", "event", "retry", ":", " ", "\n", "\r", "\0", "é", "7", "\ufeff"),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(odd, fc.array(fc.nat(), { maxLength: 10 }), (parts, cuts) => {
        expect(parse(bytes(parts.join("")), cuts)).toEqual(parse(bytes(parts.join(""))));
      }),
    );
  });

  it("has what the standard says of its examples", () => {
    expect(
      parse(bytes(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event")).events,
    ).toEqual([
      { id: "1", type: "message", data: "first event" },
      { id: "", type: "message", data: "second event" },
    ]);
    expect(parse(bytes("data\n\ndata\ndata\n\ndata:")).events.map(({ data }) => data)).toEqual(["", "\n"]);
    expect(parse(bytes("data:test\n\ndata: test\n\n")).events.map(({ data }) => data)).toEqual(["test", "test"]);
    expect(parse(bytes("\ufeffdata: 1\n\nid: 4\nevent: only\n\n"))).toMatchObject({
      events: [{ data: "1" }],
      lastId: "4",
    });
  });

  it("asks again for an event that was cut off", () => {
    expect(parse(bytes("id: 1\ndata: a\n\nid: 2\ndata: b\n")).lastId).toBe("1");
  });

  it("ends with an event that has no end", () => {
    const parser = new SseParser({ longest: 100 });
    parser.push(bytes(`data: ${"x".repeat(60)}\n`));
    expect(() => parser.push(bytes(`data: ${"x".repeat(60)}\n`))).toThrow(RangeError);
    expect(() => new SseParser({ longest: 100 }).push(bytes(":".repeat(101)))).toThrow(RangeError);
    const fine = new SseParser({ longest: 100 });
    for (let i = 0; i < 9; i++) expect(fine.push(bytes(`data: ${"x".repeat(60)}\n\n`))).toHaveLength(1);
  });
});
