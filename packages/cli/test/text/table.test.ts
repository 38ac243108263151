import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clip, printable, widthOf } from "../../src/text/printable.ts";
import { table } from "../../src/text/table.ts";
import { clock, count, moment, percent, rate, span } from "../../src/text/units.ts";

const COLUMNS = [
  { head: "age", align: "right" },
  { head: "route", least: 8 },
  { head: "id", least: 6 },
] as const;

describe("a table", () => {
  it("has aligned columns, and no blanks at the end of lines", () => {
    expect(
      table(COLUMNS, [
        ["12 s", "/orders/:id", "a"],
        ["7 ms", "/", "request-2"],
      ]),
    ).toEqual([" AGE  ROUTE        ID", "12 s  /orders/:id  a", "7 ms  /            request-2"]);
    expect(
      table(
        [{}, {}, {}],
        [
          ["a", "", "b"],
          ["long", "", ""],
        ],
      ),
    ).toEqual(["a     b", "long"]);
  });

  it("is no wider than there is room, whatever is in it; what may be cut is cut first", () => {
    expect(table(COLUMNS, [["12 s", "/orders/:id/lines/:line", "request-1"]], 30)).toEqual(
      [" AGE  ROUTE           ID", "12 s  /orders/:id/l…  request…"].map((line) =>
        expect.stringMatching(new RegExp(`^${line.slice(0, 10)}`)),
      ),
    );
    const text = fc.string({ unit: "grapheme", maxLength: 30 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, text, text), { maxLength: 5 }),
        fc.integer({ min: 1, max: 60 }),
        (rows, width) => {
          for (const line of table(COLUMNS, rows, width)) expect(widthOf(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it("is aligned with characters of any width", () => {
    const [, first = "", second = ""] = table(
      [{ head: "a" }, { head: "b" }],
      [
        ["日本", "x"],
        ["ab\u0301c", "x"],
      ],
    );
    expect(widthOf(first)).toBe(widthOf(second));
  });

  it("paints a cell once it has its width", () => {
    const red = (text: string) => `<${text}>`;
    expect(
      table(
        [{}, { least: 3 }],
        [
          [{ text: "a", paint: red }, "b"],
          ["long", { text: "cut off", paint: red }],
        ],
        10,
      ),
    ).toEqual(["<a>     b", "long  <cut…>"]);
  });
});

describe("a text from elsewhere", () => {
  it("has nothing that a terminal obeys, and one line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
    expect(printable("\u001b]0;owned\u0007 a\r\n  b \u202egnp")).toBe("·]0;owned· a ⏎ b ·gnp");
  });

  it("is cut to its room", () => {
    expect(clip("orders", 6)).toBe("orders");
    expect(clip("orders", 4)).toBe("ord…");
    expect(clip("日本語", 5)).toBe("日本…");
    expect(clip("日本語", 4)).toBe("日…");
    expect([clip("orders", 1), clip("orders", 0)]).toEqual(["…", ""]);
  });
});

it("says figures in the words of people", () => {
  const spans = [
    0, 0.4, 870, 999.6, 1_240, 9_960, 59_600, 60_000, 200_000, 3_599_600, 7_500_000, 86_400_000, 273_600_000,
  ];
  expect(spans.map(span)).toEqual([
    "0 ms",
    "0 ms",
    "870 ms",
    "1.0 s",
    "1.2 s",
    "10 s",
    "1 min",
    "1 min",
    "3 min 20 s",
    "1 h",
    "2 h 5 min",
    "1 d",
    "3 d 4 h",
  ]);
  expect([0, 0.0002, 0.004, 0.0996, 0.5, 0.613, 1].map(percent)).toEqual([
    "0 %",
    "<0.1 %",
    "0.4 %",
    "10 %",
    "50 %",
    "61 %",
    "100 %",
  ]);
  expect([0, 0.42, 31.4].map(rate)).toEqual(["0.0/s", "0.4/s", "31/s"]);
  expect([count(1, "call"), count(2, "call"), count(2, "entry", "entries")]).toEqual([
    "1 call",
    "2 calls",
    "2 entries",
  ]);
  const at = new Date(2026, 10, 5, 4, 3, 2, 7).getTime();
  expect([clock(at), clock(at, { fine: true }), moment(at)]).toEqual([
    "04:03:02",
    "04:03:02.007",
    "2026-11-05 04:03:02",
  ]);
});
