import type { RequestContext, Sop } from "@sop/core";
import { sop } from "@sop/fastify";
import Fastify from "fastify";
import { expectTypeOf } from "vitest";

const app = Fastify();
app.register(sop, { service: "types", deadline: { default: "10s" } });
expectTypeOf(app.sop).toEqualTypeOf<Sop>();
app.get("/", async (request) => {
  expectTypeOf(request.sop).toEqualTypeOf<RequestContext>();
});

// @ts-expect-error an option that does not exist
app.register(sop, { service: "types", deadlines: "1s" });

app.get("/items/:id", { config: { sop: { breaker: true } } }, async (request) => request.sop.route);
app.get("/carts/:id", { config: { sop: { breaker: { slowCallDurationThreshold: "2s" } } } }, async () => "ok");
// @ts-expect-error a ratio is a number
app.get("/shops/:id", { config: { sop: { breaker: { failureRateThreshold: "half" } } } }, async () => "ok");

app.get("/reports", { config: { sop: { degradable: "reports" } } }, async () => "ok");
app.get(
  "/reports/:id",
  { config: { sop: { degradable: { flag: "reports", fallback: (request, reply) => reply.send(request.sop.id) } } } },
  async () => "ok",
);
// @ts-expect-error a flag has a name
app.get("/exports", { config: { sop: { degradable: true } } }, async () => "ok");
