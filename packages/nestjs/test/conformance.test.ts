import { conformance } from "@sop/conformance";

const server = new URL("./server.mjs", import.meta.url);
conformance({ name: "NestJS over Express", server, env: { PLATFORM: "express" } });
conformance({ name: "NestJS over Fastify", server, env: { PLATFORM: "fastify" } });
