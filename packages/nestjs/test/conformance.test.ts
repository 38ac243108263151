import { conformance } from "@sop/conformance";

const server = new URL("./server.mjs", import.meta.url);
const onFastify = { "P-20": { why: "Fastify itself logs a second reply, and tells nobody else", panics: 0 } };

conformance({ name: "NestJS over Express", server, env: { PLATFORM: "express" } });
conformance({ name: "NestJS over Fastify", server, env: { PLATFORM: "fastify" }, deviations: onFastify });
