import { conformance } from "@sop/conformance";

conformance({ name: "Express 5", server: new URL("./server.mjs", import.meta.url) });
conformance({ name: "Express 4", server: new URL("./server.mjs", import.meta.url), env: { EXPRESS: "4" } });
