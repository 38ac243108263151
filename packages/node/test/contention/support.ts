import { setImmediate } from "node:timers/promises";
import { createSop, type Incident, type RecordedWindow, type Sop } from "@sop/core";
import { contributorsOf } from "../../src/forensics/contributions.ts";

/** A Sop, and requests that can be run in it. */
export function service(): {
  readonly sop: Sop;
  /** With a status it ends when its promise does. */
  request<R>(route: string, fn: () => R, id?: string, status?: number): R;
  window(): Partial<RecordedWindow>;
  file(): Record<string, never> | undefined;
} {
  const sop = createSop({ service: "shop", logger: silent });
  const life = sop.lifecycle<string>({ name: "test", route: (exchange) => exchange, respond: () => {} });
  const incident = {} as Incident;
  return {
    sop,
    request(route, fn, id, status) {
      const headers = id === undefined ? {} : { "x-request-id": id };
      const context = life.open({ method: "GET", url: route, headers }, route);
      const result = life.run(context, fn);
      const close = (): void => life.close(context, status ?? 200, "finished");
      if (status !== undefined && result instanceof Promise) result.then(close, close);
      return result;
    },
    window: () => Object.assign({}, ...contributorsOf(sop).map((each) => each.window?.(incident))),
    file: () => {
      const [file] = contributorsOf(sop).flatMap((each) => each.files?.(incident) ?? []);
      return file && JSON.parse(String(file.data));
    },
  };
}

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent } as never;

/** Lets everything run that can. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await setImmediate();
}
