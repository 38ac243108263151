import { conformance } from "@sop/conformance";

conformance({
  name: "Hono",
  server: new URL("./server.mjs", import.meta.url),
  deviations: { "P-20": { why: "a handler returns its one answer; to set another before is no failure", panics: 0 } },
});
