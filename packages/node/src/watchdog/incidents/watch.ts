/** What the watchdog does about signals that are not normal. */
export type Act =
  /** Asks for a diagnosis of what the signals say: there is no incident yet. */
  | { readonly kind: "diagnose" }
  /** Opens an incident, or joins the open one. */
  | { readonly kind: "open"; readonly signal: string; readonly since: number }
  /** Keeps it open; `isNews`: and it is to be diagnosed again. */
  | { readonly kind: "stay"; readonly isNews: boolean };

/** A signal that is not normal, and since when, in milliseconds since 1970. */
export interface Signal {
  readonly name: string;
  readonly at: number;
  /** It is no finding yet; where it becomes one, that is news. */
  readonly isSuspected?: boolean | undefined;
}

/** How it stands with the signals. Times are of a clock that never steps. */
export type Watch =
  | { readonly kind: "calm" }
  /** They are not normal, and were no harm when they were last diagnosed. */
  | {
      readonly kind: "harmless";
      readonly signals: readonly string[];
      readonly tries: number;
      readonly next: number;
      readonly seenAt: number;
    }
  /** A diagnosis is under way. */
  | { readonly kind: "asked"; readonly signals: readonly Signal[]; readonly tries: number; readonly until: number }
  /** An incident is told of them. `next`: when it is diagnosed again. */
  | { readonly kind: "told"; readonly signals: readonly string[]; readonly renewals: number; readonly next: number };

/** What is new to it. */
export type News =
  /** A second has passed; the signals that are not normal now. */
  | { readonly kind: "looked"; readonly now: number; readonly signals: readonly Signal[]; readonly isOpen: boolean }
  /** The diagnosis that was asked for is there. */
  | { readonly kind: "diagnosed"; readonly now: number; readonly isHarm: boolean }
  /** What was to be opened was not, for a bound. */
  | { readonly kind: "refused"; readonly now: number };

export const CALM: Watch = { kind: "calm" };

/** Whether more than the samples is worth a look each second: of what was only suspected, and came to nothing, it is not. */
export function isNews(watch: Watch): boolean {
  return watch.kind === "harmless" ? watch.signals.some((key) => !key.endsWith(SUSPECTED)) : watch.kind !== "calm";
}

const SUSPECTED = "?";

/** Milliseconds until it is diagnosed again: while it is open, and while it is no harm. */
const RENEWALS = [1_000, 2_000, 5_000, 10_000, 30_000];
const TRIES = [1_000, 1_000, 1_000, 1_000, 2_000, 2_000, 5_000, 5_000, 10_000, 30_000];
/** A diagnosis that is not there by then will not come. */
const PATIENCE = 5_000;
/** Signals that come back within this time are the same trouble. */
const MEMORY = 5_000;
const REFUSED = 60_000;

/** The next state, and what is to be done. */
export function step(watch: Watch, news: News): readonly [Watch, readonly Act[]] {
  switch (news.kind) {
    case "looked":
      return looked(watch, news);
    case "diagnosed":
      return diagnosed(watch, news);
    case "refused":
      return watch.kind === "told"
        ? [
            {
              kind: "harmless",
              signals: watch.signals,
              tries: TRIES.length,
              next: news.now + REFUSED,
              seenAt: news.now,
            },
            [],
          ]
        : [watch, []];
  }
}

function looked(watch: Watch, { now, signals, isOpen }: News & { kind: "looked" }): readonly [Watch, readonly Act[]] {
  switch (watch.kind) {
    case "calm":
      return signals.length === 0 ? [CALM, []] : ask(signals, 0, now);
    case "harmless": {
      if (signals.length === 0) return [now - watch.seenAt >= MEMORY ? CALM : watch, []];
      const isNew = signals.some((signal) => !watch.signals.includes(keyOf(signal)));
      if (isNew) return ask(signals, 0, now);
      return now >= watch.next ? ask(signals, watch.tries, now) : [{ ...watch, seenAt: now }, []];
    }
    case "asked":
      return now >= watch.until ? rest(watch, now) : [watch, []];
    case "told": {
      // It was closed in the meantime: by its quiet, or by hand.
      if (!isOpen) return signals.length === 0 ? [CALM, []] : ask(signals, 0, now);
      if (signals.length === 0) return [watch, []];
      const added = signals.filter(({ name }) => !watch.signals.includes(name));
      if (added.length > 0) {
        const known = [...watch.signals, ...added.map(({ name }) => name)];
        const acts = added.map(({ name, at }): Act => ({ kind: "open", signal: name, since: at }));
        return [{ kind: "told", signals: known, renewals: 0, next: now + (RENEWALS[0] as number) }, acts];
      }
      if (now < watch.next) return [watch, [{ kind: "stay", isNews: false }]];
      const renewals = Math.min(watch.renewals + 1, RENEWALS.length - 1);
      return [{ ...watch, renewals, next: now + (RENEWALS[renewals] as number) }, [{ kind: "stay", isNews: true }]];
    }
  }
}

function diagnosed(watch: Watch, { now, isHarm }: News & { kind: "diagnosed" }): readonly [Watch, readonly Act[]] {
  if (watch.kind !== "asked") return [watch, []];
  if (!isHarm) return rest(watch, now);
  const signals = watch.signals.map(({ name }) => name);
  const acts = watch.signals.map(({ name, at }): Act => ({ kind: "open", signal: name, since: at }));
  return [{ kind: "told", signals, renewals: 0, next: now + (RENEWALS[0] as number) }, acts];
}

function ask(signals: readonly Signal[], tries: number, now: number): readonly [Watch, readonly Act[]] {
  return [{ kind: "asked", signals, tries, until: now + PATIENCE }, [{ kind: "diagnose" }]];
}

function rest({ signals, tries }: Watch & { kind: "asked" }, now: number): readonly [Watch, readonly Act[]] {
  const pause = TRIES[Math.min(tries, TRIES.length - 1)] as number;
  return [{ kind: "harmless", signals: signals.map(keyOf), tries: tries + 1, next: now + pause, seenAt: now }, []];
}

function keyOf({ name, isSuspected }: Signal): string {
  return isSuspected ? name + SUSPECTED : name;
}
