import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/security.md"), "utf8");
const rows = [...page.matchAll(/^\| (?!\*\*|-|what could)(.+?) \| .+ \| (.*) \|$/gm)].map(
  ([, threat = "", test = ""]) => {
    return { threat, test };
  },
);

it("docs/security.md has many lines", () => {
  expect(rows.length).toBeGreaterThan(40);
});

it.each(rows)("has a test: $threat", ({ test }) => {
  const [, file, name] = /^`([\w-]+\.test\.ts)`: (.+)$/.exec(test) ?? [];
  expect(file, "a test's file and name").toBeDefined();
  const source = readFileSync(join(import.meta.dirname, file as string), "utf8");
  for (const part of (name as string).split(" › ")) expect(source).toContain(`"${part}"`);
});
