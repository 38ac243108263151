import { FlagdCore, MemoryStorage } from "@openfeature/flagd-core";
import { createSop } from "@sop/core";
import { contexts, threeWays } from "./definitions.ts";
import { type Cost, type Loop, measure } from "./nanoseconds.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** What one decision costs: ours by handle, in a request and for a context, and flagd's own evaluator beside it. */
export function reads(): Record<string, Cost> {
  const sop = createSop({ service: "bench", logLevel: "silent", flags: { plain: true, pricing: threeWays } });
  const plain = sop.flag("plain", false);
  const pricing = sop.flag("pricing", "code");
  const core = flagd();
  const field = { value: true };
  const life = sop.lifecycle<undefined>({ name: "bench", route: () => "/", respond: () => {} });
  const context = life.open({ headers: {} }, undefined);
  for (const [name, value] of Object.entries(contexts[1] ?? {})) context.set(name, value);

  // Each has a loop of its own: one that called different functions would measure the call.
  const plainLoops: Record<string, Loop> = {
    "a field of an object": (times) => {
      let on = 0;
      for (let i = 0; i < times; i++) if (field.value) on++;
      return on;
    },
    "`handle.value`, plain": (times) => {
      let on = 0;
      for (let i = 0; i < times; i++) if (plain.value) on++;
      return on;
    },
  };
  const inRequest: Loop = (times) => {
    let on = 0;
    for (let i = 0; i < times; i++) if (pricing.value === "n") on++;
    return on;
  };
  const targeted: Record<string, Loop> = {
    "`handle.value`, three ways, in a request": (times) => life.run(context, inRequest, times),
    "`handle.evaluate(context)`, three ways": (times) => {
      let on = 0;
      for (let i = 0; i < times; i++) if (pricing.evaluate(contexts[i & 63]).value === "n") on++;
      return on;
    },
    "flagd-core, three ways": (times) => {
      let on = 0;
      for (let i = 0; i < times; i++) {
        if (core.resolveStringEvaluation("pricing", "code", contexts[i & 63], silent).value === "n") on++;
      }
      return on;
    },
  };
  const costs = { ...measure(plainLoops, 20_000_000), ...measure(targeted, 200_000) };
  life.close(context, 200, "finished");
  sop.dispose();
  return costs;
}

function flagd(): FlagdCore {
  const storage = new MemoryStorage(silent);
  storage.setConfigurations(JSON.stringify({ flags: { pricing: { state: "ENABLED", ...threeWays } } }));
  return new FlagdCore(storage, silent);
}
