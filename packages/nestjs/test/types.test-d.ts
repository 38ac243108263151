import type { DynamicModule } from "@nestjs/common";
import { Breaker, SopContext, SopModule } from "@sop/nestjs";
import { expectTypeOf } from "vitest";

expectTypeOf(SopModule.forRoot({ service: "types" })).toEqualTypeOf<DynamicModule>();
expectTypeOf(SopModule.forRootAsync({ useFactory: async () => ({ service: "types" }) })).toEqualTypeOf<DynamicModule>();
expectTypeOf(SopContext).returns.toEqualTypeOf<ParameterDecorator>();

// @ts-expect-error an option that does not exist
SopModule.forRoot({ service: "types", deadlines: "1s" });

@Breaker("items")
class Items {
  @Breaker({ slowCallDurationThreshold: "2s" })
  find(): string {
    return "item";
  }
}
expectTypeOf(new Items().find()).toEqualTypeOf<string>();
// @ts-expect-error an option that does not exist
Breaker({ failureRate: 0.5 });
