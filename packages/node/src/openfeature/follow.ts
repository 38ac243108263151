import type { ConfigUpdate } from "@sop/core";
import { Bell } from "../remote/bell.js";
import type { Asked, Told } from "./asked.js";
import { FlagReader } from "./flag-reader.js";
import { Progress } from "./progress.js";

/** How a provider is followed; times are milliseconds. */
export interface FollowSettings {
  readonly flags: readonly string[];
  readonly interval: number;
  readonly timeout: number;
}

const NOT_YET: Told = { kind: "failed", problem: "the provider is not ready yet", isFinal: false };

/** Yields the flags and each change of them, and what is wrong with the provider, until `signal` is aborted. */
export async function* follow(
  asked: Asked,
  settings: FollowSettings,
  signal: AbortSignal,
): AsyncGenerator<ConfigUpdate> {
  const { flags, interval, timeout } = settings;
  const reader = new FlagReader(asked.ask);
  const progress = new Progress();
  const bell = new Bell();
  const ring = (): void => bell.ring();
  const late: Told = { kind: "stale", problem: `the provider did not answer within ${timeout} ms` };
  let told = NOT_YET;
  const stop = asked.listen((news) => {
    told = news;
    ring();
  });
  const patience = setTimeout(ring, timeout).unref();
  const look = setInterval(ring, interval).unref();
  signal.addEventListener("abort", ring);
  try {
    while (!signal.aborted) {
      await bell.rung();
      const state = told;
      const isAble = state.kind !== "failed" && !signal.aborted;
      const read = isAble ? await within(timeout, reader.readAll(flags, progress.flags), signal) : undefined;
      if (!signal.aborted) yield* progress.updates(isAble && !read ? late : state, read);
    }
  } finally {
    signal.removeEventListener("abort", ring);
    clearTimeout(patience);
    clearInterval(look);
    stop();
  }
}

/** What comes of some work; nothing where it takes longer, or is aborted. */
async function within<T>(ms: number, work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  let end = (): void => {};
  const ended = new Promise<undefined>((resolve) => {
    end = () => resolve(undefined);
  });
  const timer = setTimeout(end, ms).unref();
  signal.addEventListener("abort", end);
  try {
    return await Promise.race([work, ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}
