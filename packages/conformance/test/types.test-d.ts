import { CASES, type Case, conformance, PANICS, type PanicRow, type Subject } from "@sop/conformance";
import { expectTypeOf } from "vitest";

expectTypeOf(CASES).toEqualTypeOf<readonly Case[]>();
expectTypeOf(PANICS).toEqualTypeOf<readonly PanicRow[]>();
expectTypeOf(conformance).parameters.toEqualTypeOf<[Subject]>();

const server = new URL("file:///server.mjs");
// @ts-expect-error an opt-out without a reason
conformance({ name: "types", server, optOut: ["W-01"] });
// @ts-expect-error a deviation without a reason
conformance({ name: "types", server, deviations: { "P-01": { panics: 0 } } });
