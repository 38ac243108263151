import { conformance } from "@sop/conformance";

conformance({ name: "core", server: new URL("./server.mjs", import.meta.url) });
