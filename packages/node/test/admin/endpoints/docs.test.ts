import { join } from "node:path";
import { expect, it } from "vitest";
import { markdown } from "./markdown.ts";
import { document } from "./support.ts";

it("docs/admin-api.md says what the OpenAPI document says", async () => {
  await expect(markdown(document)).toMatchFileSnapshot(join(import.meta.dirname, "../../../../../docs/admin-api.md"));
});
