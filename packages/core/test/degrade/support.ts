import type { ConfigSnapshot, ConfigSource, FlagDefinition, FlagDetails, FlagValue, SopOptions } from "@sop/core";
import { type Bench, bench } from "../support/fake.ts";

/** A source that says what a test tells it to, and waits until that is in force. */
export interface Told {
  readonly source: ConfigSource;
  say(flags: ConfigSnapshot["flags"], more?: Partial<ConfigSnapshot>): Promise<void>;
}

export function told(name = "file"): Told {
  const queue: ConfigSnapshot[] = [];
  let revision = 0;
  let wake = () => {};
  return {
    source: {
      name,
      async *watch(signal) {
        while (!signal.aborted) {
          const snapshot = queue.shift();
          if (snapshot) yield { state: "READY", snapshot };
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      },
    },
    async say(flags, more = {}) {
      queue.push({ revision: String(++revision), flags, ...more });
      wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** A bench whose flags come from a source. */
export function watched(options: SopOptions = {}): Bench & Pick<Told, "say"> {
  const { source, say } = told();
  return { ...bench({ ...options, sources: [source] }), say };
}

const KINDS = { boolean: false, string: "code", number: -1 };

/** The details of one definition for a context, outside of requests. */
export function evaluate(
  definition: FlagDefinition,
  context: Record<string, unknown> = {},
  fallback: FlagValue = KINDS[typeof Object.values(definition.variants)[0] as keyof typeof KINDS] ?? {},
): FlagDetails<FlagValue> {
  const { sop } = bench({ flags: { flag: definition } });
  return sop.flag<FlagValue>("flag", fallback).evaluate(context);
}

/** What a rule gives: the variant of that name. `value` is how the result looks as JSON. */
export function result(rule: unknown, context: Record<string, unknown> = {}): unknown {
  // `explain` shows what `log` was given, whatever its type is.
  const { sop } = bench({
    flags: { flag: { variants: { true: 1, false: 2 }, targeting: { "!!": [{ log: [rule] }] } } },
  });
  return sop.explain("flag", context).steps.find(({ operator }) => operator === "log")?.result;
}
