import {
  createSop,
  type Duration,
  type ErrorCode,
  type Fetch,
  type Flag,
  type Lifecycle,
  type OverloadState,
  type Reply,
  type RequestContext,
  type Sop,
  type SopOptions,
} from "@sop/core";
import { expectTypeOf } from "vitest";

declare module "@sop/core" {
  interface Baggage {
    tenant: string;
  }
}

const sop = createSop({ service: "types", deadline: { default: "10s", max: 60_000 } });

expectTypeOf(sop).toEqualTypeOf<Sop>();
expectTypeOf(sop.flag("a", true)).toEqualTypeOf<Flag<boolean>>();
expectTypeOf(sop.flag("a", "x")).toEqualTypeOf<Flag<string>>();
expectTypeOf(sop.flag("a", 1)).toEqualTypeOf<Flag<number>>();
expectTypeOf(sop.current()).toEqualTypeOf<RequestContext | undefined>();
expectTypeOf(sop.middleware("m", (a: number) => a)).toEqualTypeOf<(a: number) => number>();
expectTypeOf<"1 sec">().not.toExtend<Duration>();
expectTypeOf<"SOP_NONE">().not.toExtend<ErrorCode>();

// @ts-expect-error: an unknown option
const unknown: SopOptions = { service: "types", dealine: {} };
// @ts-expect-error: a duration needs its unit
const unitless: SopOptions = { deadline: { default: "10" } };
// @ts-expect-error: both ways of a degradable function have one type
sop.degradable("x", { primary: (a: number) => a, fallback: () => "text" });

const life: Lifecycle<{ n: number }> = sop.lifecycle({
  name: "types",
  route: (exchange: { n: number }) => String(exchange.n),
  respond: (exchange, reply) => {
    expectTypeOf(exchange).toEqualTypeOf<{ n: number }>();
    expectTypeOf(reply).toEqualTypeOf<Reply>();
  },
});
const context = life.open({ method: "GET", headers: {} }, { n: 1 });
expectTypeOf(life.admit(context)).toEqualTypeOf<Reply | undefined>();
expectTypeOf(life.run(context, (a: number) => `${a}`, 1)).toEqualTypeOf<string>();

context.set("tenant", "acme");
context.set(Symbol("own"), 1);
expectTypeOf(context.get("tenant")).toEqualTypeOf<string | undefined>();
expectTypeOf(context.get("else")).toEqualTypeOf<unknown>();

// The global `fetch` fits, as does one of a test.
expectTypeOf<typeof fetch>().toExtend<Fetch>();
expectTypeOf(sop.fetch).toBeCallableWith("http://stock/", { method: "PUT" });
expectTypeOf(sop.fetch).returns.resolves.toEqualTypeOf<Response>();

context.on("timeoutExpired", (event) => expectTypeOf(event.extend(1)).toEqualTypeOf<boolean>());
// @ts-expect-error: only an expired deadline can be extended
context.on("afterPanic", (event) => event.extend(1));

expectTypeOf(sop.overload()).toEqualTypeOf<OverloadState | undefined>();
createSop({
  overload: {
    maxInFlight: 5,
    routes: { "/pay": "critical" },
    priority: ({ method }) => (method === "GET" ? "sheddable" : undefined),
  },
});
// @ts-expect-error: no such class
createSop({ overload: { routes: { "/pay": "urgent" } } });

export { unitless, unknown };
