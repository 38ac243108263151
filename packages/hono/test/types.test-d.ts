import type { RequestContext, Sop } from "@sop/core";
import { sop } from "@sop/hono";
import { Hono } from "hono";
import { expectTypeOf } from "vitest";

const guard = sop({ service: "types" });
expectTypeOf(guard.sop).toEqualTypeOf<Sop>();

const app = new Hono();
app.use(guard);
app.get("/", (c) => {
  expectTypeOf(c.var.sop).toEqualTypeOf<RequestContext>();
  return c.body(null);
});

// @ts-expect-error an option that does not exist
sop({ service: "types", deadlines: "1s" });

app.get("/items/:id", guard.breaker({ slowCallDurationThreshold: "2s" }), (c) => {
  expectTypeOf(c.req.param("id")).toEqualTypeOf<string>();
  expectTypeOf(c.var.sop).toEqualTypeOf<RequestContext>();
  return c.body(null);
});
app.use("/shop/*", guard.breaker("shop"));
// @ts-expect-error an option that does not exist
guard.breaker({ failureRate: 0.5 });

app.get(
  "/reports/:id",
  guard.degradable("reports", (c) => c.text(c.var.sop.id)),
  (c) => {
    expectTypeOf(c.req.param("id")).toEqualTypeOf<string>();
    return c.body(null);
  },
);
app.use("/reports/*", guard.degradable("reports"));
// @ts-expect-error a fallback is a handler
guard.degradable("reports", { value: "later" });
