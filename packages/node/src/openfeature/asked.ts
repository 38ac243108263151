import {
  type Client,
  ErrorCode,
  type EvaluationContext,
  type EventDetails,
  type JsonValue,
  OpenFeatureError,
  type Provider,
  type ResolutionDetails,
  ServerProviderEvents,
} from "@openfeature/server-sdk";

/** What a provider or its client tells of itself. */
export type Told =
  /** It is ready, or its flags have changed. */
  | { readonly kind: "fine" }
  /** Its flags may be old. */
  | { readonly kind: "stale"; readonly problem: string }
  /** It cannot answer; where that is final, it never will. */
  | { readonly kind: "failed"; readonly problem: string; readonly isFinal: boolean };

/** The ways to ask for a flag, each with a default of its type; an answer is never a rejection. */
export interface Asking {
  readonly boolean: (flag: string, fallback: boolean) => Promise<ResolutionDetails<unknown>>;
  readonly string: (flag: string, fallback: string) => Promise<ResolutionDetails<unknown>>;
  readonly number: (flag: string, fallback: number) => Promise<ResolutionDetails<unknown>>;
  readonly object: (flag: string, fallback: JsonValue) => Promise<ResolutionDetails<unknown>>;
}

/** A provider or a client. */
export interface Asked {
  readonly ask: Asking;
  /** Tells how it is, from its present state on, until the function that is returned is called. */
  listen(tell: (told: Told) => void): () => void;
}

type Handler = (details?: EventDetails) => void;

const logger = { error() {}, warn() {}, info() {}, debug() {} };

/** A provider that is this source's alone. */
export function askProvider(provider: Provider, context: EvaluationContext): Asked {
  return {
    ask: {
      boolean: (flag, value) => settled(value, () => provider.resolveBooleanEvaluation(flag, value, context, logger)),
      string: (flag, value) => settled(value, () => provider.resolveStringEvaluation(flag, value, context, logger)),
      number: (flag, value) => settled(value, () => provider.resolveNumberEvaluation(flag, value, context, logger)),
      object: (flag, value) => settled(value, () => provider.resolveObjectEvaluation(flag, value, context, logger)),
    },
    listen(tell) {
      const { events } = provider;
      const handlers = handlersFor(tell);
      for (const [event, handler] of handlers) events?.addHandler(event, handler);
      const initialised = async (): Promise<void> => provider.initialize?.(context);
      initialised().then(
        () => tell({ kind: "fine" }),
        (error: unknown) => tell({ kind: "failed", problem: messageOf(error), isFinal: isFinal(codeOf(error)) }),
      );
      return () => {
        for (const [event, handler] of handlers) events?.removeHandler(event, handler);
        // Nobody waits for the end of a provider, nor can do anything about one that ends badly.
        void Promise.resolve(provider.onClose?.()).catch(() => undefined);
      };
    },
  };
}

/** The client of a provider that OpenFeature looks after. */
export function askClient(client: Client, context: EvaluationContext): Asked {
  return {
    ask: {
      boolean: (flag, value) => settled(value, () => client.getBooleanDetails(flag, value, context)),
      string: (flag, value) => settled(value, () => client.getStringDetails(flag, value, context)),
      number: (flag, value) => settled(value, () => client.getNumberDetails(flag, value, context)),
      object: (flag, value) => settled(value, () => client.getObjectDetails(flag, value, context)),
    },
    listen(tell) {
      const handlers = handlersFor(tell);
      for (const [event, handler] of handlers) client.addHandler(event, handler);
      return () => {
        for (const [event, handler] of handlers) client.removeHandler(event, handler);
      };
    },
  };
}

function handlersFor(tell: (told: Told) => void): readonly (readonly [ServerProviderEvents, Handler])[] {
  const fine: Handler = () => tell({ kind: "fine" });
  return [
    [ServerProviderEvents.Ready, fine],
    [ServerProviderEvents.ConfigurationChanged, fine],
    [
      ServerProviderEvents.Stale,
      (details) => tell({ kind: "stale", problem: details?.message ?? "the provider's flags may be old" }),
    ],
    [
      ServerProviderEvents.Error,
      (details) => {
        const code = details?.["errorCode"];
        tell({ kind: "failed", problem: details?.message ?? "the provider has failed", isFinal: isFinal(code) });
      },
    ],
  ];
}

async function settled<T>(
  value: T,
  ask: () => Promise<ResolutionDetails<unknown>>,
): Promise<ResolutionDetails<unknown>> {
  try {
    return await ask();
  } catch (error) {
    return { value, reason: "ERROR", errorCode: codeOf(error) ?? ErrorCode.GENERAL, errorMessage: messageOf(error) };
  }
}

function codeOf(error: unknown): ErrorCode | undefined {
  return error instanceof OpenFeatureError ? error.code : undefined;
}

function isFinal(code: unknown): boolean {
  return code === ErrorCode.PROVIDER_FATAL;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
