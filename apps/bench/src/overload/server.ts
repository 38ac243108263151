import type { AddressInfo } from "node:net";
import fastify from "fastify";
import { protect } from "./protection.ts";
import { type Kind, type Protection, WORK } from "./service.ts";

const [kind, protection] = process.argv.slice(2) as [Kind, Protection];

const app = fastify();
await protect(app, kind, protection);
app.get("/work", WORK[kind]);
await app.listen({ host: "127.0.0.1", port: 0, backlog: 4_096 });
process.on("disconnect", () => process.exit());
process.send?.({ port: (app.server.address() as AddressInfo).port });
