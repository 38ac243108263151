import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CODES } from "../src/admin/codes.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/errors.md"), "utf8");

test("docs/errors.md has every code of the table, with its status and whether it may be repeated", () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (yes|no) \|/gm)].map(([, code, status, retryable]) => [
    code,
    Number(status),
    retryable === "yes",
  ]);
  expect(rows).toEqual(Object.entries(CODES).map(([code, { status, retryable }]) => [code, status, retryable]));
});
