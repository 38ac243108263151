import { adaptiveLimit, bulkhead, fallback, hedge, type Policy, policy, retry, timeout } from "@sop/core";
import { expectTypeOf } from "vitest";

const all = policy(timeout("1s"), retry(), bulkhead(), adaptiveLimit(), hedge());
expectTypeOf(all).toExtend<Policy>();
expectTypeOf(all.execute(() => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(all.execute(async ({ signal }) => ({ signal }))).toEqualTypeOf<Promise<{ signal: AbortSignal }>>();

const covered = policy(fallback({ value: null }), timeout(500));
expectTypeOf(covered.execute(() => "text")).toEqualTypeOf<Promise<string | null>>();
expectTypeOf(policy(timeout(1_000), covered).execute(() => "text")).toEqualTypeOf<Promise<string | null>>();
const two = policy(fallback({ value: 0 }), fallback({ with: async () => "none" }));
expectTypeOf(two.execute(() => true)).toEqualTypeOf<Promise<boolean | string | number>>();
expectTypeOf(fallback({ stale: {} }).execute(() => 1)).toEqualTypeOf<Promise<number>>();

const user = async (id: number, locale?: string): Promise<{ id: number; locale: string | undefined }> => ({
  id,
  locale,
});
expectTypeOf(all.wrap(user)).parameters.toEqualTypeOf<[id: number, locale?: string | undefined]>();
expectTypeOf(all.wrap(user)).returns.toEqualTypeOf<Promise<{ id: number; locale: string | undefined }>>();
expectTypeOf(covered.wrap(user)(1)).toEqualTypeOf<Promise<{ id: number; locale: string | undefined } | null>>();
const generic = all.wrap(<T>(value: T): T[] => [value]);
expectTypeOf(generic("a")).toEqualTypeOf<Promise<string[]>>();
all.wrap(user, { key: (id, locale) => `${id.toFixed()}${locale ?? ""}` });

// @ts-expect-error: no policy
policy({ kind: "timeout" });
// @ts-expect-error: no time
timeout({});
// @ts-expect-error: an unknown option
retry({ tries: 3 });
// @ts-expect-error: wrong arguments
all.wrap(user)("1");
