import fc from "fast-check";
import { expect, it } from "vitest";
import type { Recorded } from "../src/repro/recorded.ts";
import { renderTest, textOf } from "../src/repro/render-test.ts";

const at = 1_795_000_000_000;

function recorded({ request, ...rest }: Partial<Recorded>): Recorded {
  const trigger = { kind: "panic", at, route: "/upload" };
  return {
    incident: {
      schema: "sop.incident/1",
      id: "20261124T000000Z-abcdef",
      service: "catalog",
      state: "open",
      openedAt: at,
      trigger,
      triggers: [trigger],
      triggerCount: 1,
      timeline: [],
      process: { pid: 1, node: "v24.0.0", cwd: "/app", entry: "/app/server.js" },
    },
    entry: "/app/server.js",
    request: { method: "POST", path: "/upload", body: Buffer.alloc(0), ...request },
    isShortened: false,
    summary: "Nothing failed.",
    flags: {},
    ...rest,
  };
}

/** What the test sends, by running its text without its imports and its test. */
function sentBy(text: string): Record<string, unknown> {
  const literal = /^const request = (\{[\s\S]*?\n\}) as const;$/m.exec(text)?.[1];
  return JSON.parse(
    JSON.stringify(new Function("readFileSync", "join", `return ${literal?.replaceAll("import.meta.dirname", "0")}`)()),
  );
}

it("sends just what was recorded, whatever that was", () => {
  const anyText = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(anyText, anyText, anyText, fc.array(fc.tuple(anyText, anyText)), (summary, path, body, headers) => {
      const bytes = Buffer.from(body, "utf8");
      fc.pre(textOf(bytes) !== undefined);
      const text = renderTest(recorded({ summary, request: { method: "POST", path, headers, body: bytes } }), "/app/x");
      const sent = sentBy(text);
      expect(sent).toEqual({ method: "POST", path, headers, ...(body && { body }), end: "complete" });
      // A comment ends with its line, so none of what was recorded may begin a new one.
      expect(text.split("\n").filter((line) => line.startsWith("// "))).toHaveLength(2);
    }),
  );
});

it("expects of a crash that the service lives, and of a caught failure that it is none any more", () => {
  const { incident } = recorded({});
  const crash = { ...incident, triggers: [incident.trigger, { kind: "unhandledRejection", at }] };
  expect(renderTest(recorded({}), "/app/x")).toContain("toBeLessThan(500)");
  expect(renderTest(recorded({ incident: crash }), "/app/x")).toContain("toBeDefined()");
});

it("says how the body ended, and where it is longer than what is there", () => {
  const text = renderTest(
    recorded({ isShortened: true, request: { method: "POST", path: "/", body: Buffer.from("abc"), end: "cut" } }),
    "/app/x",
  );
  expect(text).toContain('end: "cut", // the client leaves in the middle of it');
  expect(text).toContain("// The body was longer than what was recorded of it.");
});
