import type { RequestContext, Sop } from "@sop/core";
import { type ExpressSop, sop } from "@sop/express";
import express from "express";
import { expectTypeOf } from "vitest";

const s = sop({ service: "types" });
expectTypeOf(s).toEqualTypeOf<ExpressSop>();
expectTypeOf(s.sop).toEqualTypeOf<Sop>();
expectTypeOf(sop).parameter(0).toExtend<object | undefined>();

const app = express();
app.use(s.middleware);
app.get("/", (req, res) => {
  expectTypeOf(req.sop).toEqualTypeOf<RequestContext>();
  res.end();
});
app.use(s.errorHandler);

// @ts-expect-error an option that does not exist
sop({ service: "types", deadlines: "1s" });

app.get("/items/:id", s.breaker({ slowCallDurationThreshold: "2s" }), (req, res) => {
  expectTypeOf(req.params.id).toEqualTypeOf<string>();
  res.end();
});
app.use("/shop", s.breaker("shop"));
// @ts-expect-error an option that does not exist
s.breaker({ failureRate: 0.5 });

app.get(
  "/reports/:id",
  s.degradable("reports", (_req, res) => void res.send("later")),
  (req, res) => {
    expectTypeOf(req.params.id).toEqualTypeOf<string>();
    res.end();
  },
);
app.use("/reports", s.degradable("reports"));
// @ts-expect-error a fallback is a handler
s.degradable("reports", { value: "later" });
