import { conformance } from "@sop/conformance";

const server = new URL("./server.mjs", import.meta.url);
const deviations = {
  "P-04": {
    why: "to Express, `next(null)` says that nothing failed: it answers 404",
    answer: "own",
    status: 404,
    panics: 0,
  },
} as const;

conformance({ name: "Express 5", server, deviations });
conformance({ name: "Express 4", server, deviations, env: { EXPRESS: "4" } });
