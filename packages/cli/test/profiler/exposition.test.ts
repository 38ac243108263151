import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExpositionError, parseExposition, type Sample } from "../../src/profiler/exposition/parse.ts";

const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,20}$/);
const label = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,10}$/);
// A line ends a sample wherever it stands, so values have it escaped; names are whatever fits in quotes.
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.constantFrom("a\nb", '\\n"', "\\\\", '}"#,=', ""),
);
const value = fc.oneof(
  fc.double(),
  fc.constantFrom(0, 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);
const labels = fc.dictionary(fc.oneof(label, text), text, { maxKeys: 4, noNullPrototype: false });

interface Written {
  readonly sample: Sample;
  readonly line: string;
}

const quoted = (content: string): string =>
  `"${content.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

function number(content: number): string {
  if (Number.isNaN(content)) return "NaN";
  if (Number.isFinite(content)) return Object.is(content, -0) ? "-0" : String(content);
  return content > 0 ? "+Inf" : "-Inf";
}

/** A sample in one of the ways in which it may be written. */
const written: fc.Arbitrary<Written> = fc
  .record({
    name: fc.oneof(name, text),
    labels,
    value,
    blank: fc.constantFrom("", " ", "\t"),
    comma: fc.boolean(),
    stamp: fc.option(fc.nat(), { nil: undefined }),
    exemplar: fc.option(fc.tuple(labels, value, fc.boolean()), { nil: undefined }),
  })
  .map(({ blank, comma, stamp, exemplar, ...sample }) => {
    const isPlain = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(sample.name);
    const pairs = (of: Sample["labels"]): string[] =>
      Object.entries(of).map(([key, content]) => {
        const written = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(key) ? key : quoted(key);
        return `${written}${blank}=${blank}${quoted(content)}`;
      });
    const inner = [...(isPlain ? [] : [quoted(sample.name)]), ...pairs(sample.labels)];
    const braces =
      inner.length === 0 && isPlain
        ? ""
        : `{${blank}${inner.join(`${blank},${blank}`)}${comma && inner.length > 0 ? "," : ""}${blank}}`;
    const end = `${stamp === undefined ? "" : ` ${stamp}`}`;
    const tail =
      exemplar === undefined
        ? ""
        : ` # {${pairs(exemplar[0]).join(",")}} ${number(exemplar[1])}${exemplar[2] ? " 1.5" : ""}`;
    return { sample, line: `${isPlain ? sample.name : ""}${braces} ${number(sample.value)}${end}${tail}` };
  });

describe("a text exposition", () => {
  it("is read as it was written: escapes, quoted names, timestamps, exemplars, NaN and infinities", () => {
    fc.assert(
      fc.property(
        fc.array(written, { maxLength: 10 }),
        fc.constantFrom("\n", "\r\n", "\n\n# a comment\n"),
        (all, end) => {
          const { samples } = parseExposition(`${all.map(({ line }) => line).join(end)}${end}# EOF\n`);
          const plain = samples.map((sample) => ({ ...sample, labels: { ...sample.labels } }));
          expect(plain).toEqual(all.map(({ sample }) => ({ ...sample, labels: { ...sample.labels } })));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("is refused with its line, or read, but never anything else", () => {
    const junk = fc.oneof(
      fc.string({ unit: "binary" }),
      written.chain(({ line }) => fc.nat({ max: line.length }).map((at) => line.slice(0, at))),
    );
    fc.assert(
      fc.property(fc.array(junk, { maxLength: 5 }), (lines) => {
        try {
          parseExposition(lines.join("\n"));
        } catch (error) {
          expect(error).toBeInstanceOf(ExpositionError);
          expect((error as Error).message).toMatch(/^line \d+: /);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a{b="c} 1', /does not end/],
    ["a{b} 1", /label b has no value/],
    ['a{b="c" d="e"} 1', /labels that do not end/],
    ["a one", /one is no number/],
    ["a", /no number/],
    ["a 1 2 3", /more than a sample/],
    ["{} 1", /no name/],
    ["a 1 # 2", /exemplar without labels/],
  ])("says what is wrong with %s", (line, problem) => {
    expect(() => parseExposition(`ok 1\n${line}`)).toThrow(problem);
  });

  it("tells the types, also of quoted names, and ends at # EOF", () => {
    const { types, samples } = parseExposition('# TYPE a histogram\n# TYPE "b c" summary\na 1\n# EOF\nb 2\n');
    expect([...types]).toEqual([
      ["a", "histogram"],
      ["b c", "summary"],
    ]);
    expect(samples).toHaveLength(1);
  });

  it("is read in a time that grows with its length", () => {
    const line = `a{b="${"\\\\".repeat(500_000)}"} 1`;
    expect(parseExposition(line).samples[0]?.labels["b"]).toHaveLength(500_000);
  });
});
