import { conformance } from "@sop/conformance";

conformance({ name: "Fastify", server: new URL("./server.mjs", import.meta.url) });
