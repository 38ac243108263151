import type { ConfigSource, Sop } from "@sop/core";
import { createSop } from "@sop/node";
import { prometheus } from "@sop/node/prometheus";
import { fileSource } from "@sop/node/sources/file";
import type { Registry } from "prom-client";
import { expectTypeOf } from "vitest";

const sop = createSop({ service: "types", config: "sop.yaml" });
expectTypeOf(sop).toEqualTypeOf<Sop>();
expectTypeOf(prometheus(sop)).toEqualTypeOf<Registry>();
expectTypeOf(fileSource("sop.yaml")).toEqualTypeOf<ConfigSource>();

// @ts-expect-error the way to switch it off is `false`
createSop({ service: "types", config: true });
