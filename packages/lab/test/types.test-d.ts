import { expectTypeOf, test } from "vitest";
import {
  type Answer,
  type Crash,
  type ReproRun,
  runRepro,
  type Service,
  startService,
  writeRepro,
} from "../src/index.ts";

test("public types", () => {
  expectTypeOf(startService).parameter(0).toEqualTypeOf<string>();
  expectTypeOf(startService).returns.toEqualTypeOf<Promise<Service>>();
  expectTypeOf<Service["send"]>().returns.toEqualTypeOf<Promise<Answer>>();
  expectTypeOf<Service["crashed"]>().returns.toEqualTypeOf<Promise<Crash | undefined>>();
  expectTypeOf(writeRepro).returns.toEqualTypeOf<{ readonly dir: string; readonly test: string }>();
  expectTypeOf(runRepro).returns.toEqualTypeOf<Promise<ReproRun>>();
  // @ts-expect-error an alias is a name for a name
  void runRepro("x", { alias: ["multer"] });
});
