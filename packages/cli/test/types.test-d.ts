import { run, type Terminal } from "@sop/cli";
import { expectTypeOf } from "vitest";

expectTypeOf(run).parameter(0).toEqualTypeOf<readonly string[]>();
expectTypeOf(run).returns.toEqualTypeOf<Promise<number>>();
expectTypeOf<Terminal["signal"]>().toEqualTypeOf<AbortSignal>();
// @ts-expect-error it needs somewhere to write to
run(["--help"]);
