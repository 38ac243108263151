import { conformance } from "@sop/conformance";

conformance({ name: "Hono", server: new URL("./server.mjs", import.meta.url) });
