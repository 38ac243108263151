import {
  type EvaluationContext,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  type ResolutionDetails,
  ServerProviderEvents,
} from "@openfeature/server-sdk";
import type { Sop } from "@sop/core";
import { readable } from "./context.js";
import { NO_LIST, NO_NUMBER, NO_OBJECT, NO_TEXT, resolution } from "./resolution.js";
import { SourceStates } from "./source-states.js";

const EVENTS = {
  READY: ServerProviderEvents.Ready,
  STALE: ServerProviderEvents.Stale,
  ERROR: ServerProviderEvents.Error,
} as const;

/**
 * The flags of `sop` as a provider of OpenFeature's server SDK: `OpenFeature.setProvider(sopProvider(sop))`. What a context does not
 * say is taken from the running request. The provider is ready at once, with the flags that there are; it is `STALE` or `ERROR` while
 * any source is, and flags keep their last good values then. A list is asked for with a list as the default.
 */
export function sopProvider(sop: Sop): Provider {
  return new SopProvider(sop);
}

class SopProvider implements Provider {
  readonly metadata = { name: "sop" } as const;
  readonly runsOn = "server";
  readonly events = new OpenFeatureEventEmitter();
  readonly #sop: Sop;
  readonly #states = new SourceStates();
  readonly #changed = new Set<string>();
  #stop: (() => void) | undefined;

  constructor(sop: Sop) {
    this.#sop = sop;
    this.#observe();
  }

  async initialize(): Promise<void> {
    this.#observe();
    // The SDK takes the end of this for READY, and hears only after it what is not.
    if (this.#states.state !== "READY") setImmediate(() => this.#tellState());
  }

  async onClose(): Promise<void> {
    this.#stop?.();
    this.#stop = undefined;
  }

  async resolveBooleanEvaluation(
    flag: string,
    fallback: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    return resolution(this.#sop.flag(flag, fallback).evaluate(readable(context)), fallback, fallback);
  }

  async resolveStringEvaluation(
    flag: string,
    fallback: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    return resolution(this.#sop.flag(flag, NO_TEXT).evaluate(readable(context)), NO_TEXT, fallback);
  }

  async resolveNumberEvaluation(
    flag: string,
    fallback: number,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<number>> {
    return resolution(this.#sop.flag(flag, NO_NUMBER).evaluate(readable(context)), NO_NUMBER, fallback);
  }

  async resolveObjectEvaluation<T extends JsonValue>(
    flag: string,
    fallback: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    const nothing = Array.isArray(fallback) ? NO_LIST : NO_OBJECT;
    return resolution<unknown, T>(this.#sop.flag(flag, nothing).evaluate(readable(context)), nothing, fallback);
  }

  #observe(): void {
    this.#stop ??= this.#sop.observe({
      name: "openfeature",
      flagChanged: ({ flag }) => this.#noteChange(flag),
      sourceChanged: (change) => {
        if (this.#states.note(change)) this.#tellState();
      },
    });
  }

  /** The flags of one snapshot change in one go: they are one event. */
  #noteChange(flag: string): void {
    if (this.#changed.size === 0) queueMicrotask(() => this.#tellChanges());
    this.#changed.add(flag);
  }

  #tellChanges(): void {
    const flagsChanged = [...this.#changed];
    this.#changed.clear();
    this.events.emit(ServerProviderEvents.ConfigurationChanged, { flagsChanged });
  }

  #tellState(): void {
    const { state, problem } = this.#states;
    this.events.emit(EVENTS[state], problem === undefined ? {} : { message: problem });
  }
}
