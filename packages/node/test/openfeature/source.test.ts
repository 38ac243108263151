import {
  type Client,
  GeneralError,
  InMemoryProvider,
  OpenFeature,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderFatalError,
  ServerProviderEvents,
} from "@openfeature/server-sdk";
import { type ConfigUpdate, createSop, OptionError } from "@sop/core";
import { type OpenFeatureSourceOptions, openFeatureSource } from "@sop/node/openfeature";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { silent } from "../support/recorded.ts";
import { host } from "../support/service.ts";

const on = { variants: { on: true, off: false }, defaultVariant: "on", disabled: false };
const off = { ...on, defaultVariant: "off" };

/** A provider whose events a test sends. */
class Eventful extends InMemoryProvider {
  tell(event: ServerProviderEvents, message?: string, errorCode?: string): void {
    this.events.emit(event, { ...(message && { message }), ...(errorCode && { errorCode }) });
  }
}

/** Follows a provider's flags; `next` is what the source tells next. */
function follow(provider: Provider | Client, options: Partial<OpenFeatureSourceOptions> = {}) {
  const stop = new AbortController();
  const source = openFeatureSource(provider, { flags: ["redis.enabled"], ...options });
  const updates = source.watch(stop.signal)[Symbol.asyncIterator]();
  onTestFinished(() => stop.abort());
  return { next: async (): Promise<ConfigUpdate> => (await updates.next()).value, stop, updates };
}

function flagsIn(update: ConfigUpdate): unknown {
  return update.state === "READY" ? update.snapshot.flags : update;
}

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

describe("flags of a provider", () => {
  it("are those that were named, of each type, with the provider's variants", async () => {
    const provider = new InMemoryProvider({
      "redis.enabled": on,
      name: { variants: { blue: "Blue" }, defaultVariant: "blue", disabled: false },
      size: { variants: { large: 50 }, defaultVariant: "large", disabled: false },
      limits: { variants: { few: { max: 3 } }, defaultVariant: "few", disabled: false },
      other: on,
    });
    const flags = ["redis.enabled", "name", "size", "limits", "absent"];
    const sop = createSop({
      service: "shop",
      logger: silent,
      ports: { host },
      sources: [openFeatureSource(provider, { flags })],
    });
    onTestFinished(() => sop.dispose());
    await vi.waitFor(() => {
      expect(sop.flags()).toEqual({ "redis.enabled": true, name: "Blue", size: 50, limits: { max: 3 } });
    });
    expect(sop.flag("size", 1).evaluate()).toMatchObject({ value: 50, variant: "large", reason: "STATIC" });
    expect(sop.flag("absent", 1).evaluate()).toMatchObject({ value: 1, errorCode: "FLAG_NOT_FOUND" });
  });

  it("are live", async () => {
    const provider = new InMemoryProvider({ "redis.enabled": on });
    const sop = createSop({
      service: "shop",
      logger: silent,
      ports: { host },
      sources: [openFeatureSource(provider, { flags: ["redis.enabled"] })],
    });
    onTestFinished(() => sop.dispose());
    const enabled = sop.flag("redis.enabled", true);
    await vi.waitFor(() => expect(enabled.evaluate().reason).toBe("STATIC"));
    provider.putConfiguration({ "redis.enabled": off });
    await vi.waitFor(() => expect(enabled.value).toBe(false));
    provider.putConfiguration({});
    await vi.waitFor(() => expect(enabled.evaluate()).toMatchObject({ value: true, errorCode: "FLAG_NOT_FOUND" }));
  });

  it("are not set where the provider only gives back the default it is asked with", async () => {
    const { next } = follow(new InMemoryProvider({ "redis.enabled": { ...on, disabled: true } }));
    expect(flagsIn(await next())).toEqual({});
    const echo = new InMemoryProvider();
    echo.resolveBooleanEvaluation = async (_, value) => ({ value, reason: "DEFAULT" });
    expect(flagsIn(await follow(echo).next())).toEqual({});
    echo.resolveBooleanEvaluation = async (_, value) => ({ value, variant: "off", reason: "DISABLED" });
    expect(flagsIn(await follow(echo).next())).toEqual({});
  });

  it("may look like definitions", async () => {
    const provider = new InMemoryProvider();
    provider.resolveBooleanEvaluation = async (_, value) => ({ value, errorCode: "TYPE_MISMATCH" as never });
    provider.resolveStringEvaluation = provider.resolveBooleanEvaluation as never;
    provider.resolveNumberEvaluation = provider.resolveBooleanEvaluation as never;
    provider.resolveObjectEvaluation = async () => ({ value: { variants: 2 } as never });
    expect(flagsIn(await follow(provider).next())).toEqual({
      "redis.enabled": { variants: { value: { variants: 2 } }, defaultVariant: "value", metadata: {} },
    });
  });

  it("are evaluated for the context that was given", async () => {
    const forRegion = {
      ...off,
      contextEvaluator: ({ region }: { region?: unknown }) => (region === "eu" ? "on" : "off"),
    };
    const { next } = follow(new InMemoryProvider({ "redis.enabled": forRegion as typeof off }), {
      context: { region: "eu" },
    });
    expect(flagsIn(await next())).toMatchObject({ "redis.enabled": { defaultVariant: "on" } });
  });

  it("are looked at every interval, for providers that tell nothing", async () => {
    const { events: _, ...silentProvider } = new InMemoryProvider();
    let value = true;
    const provider = {
      ...silentProvider,
      resolveBooleanEvaluation: async () => ({ value, variant: String(value) }),
    } as unknown as Provider;
    const { next } = follow(provider, { interval: "10s" });
    expect(flagsIn(await next())).toMatchObject({ "redis.enabled": { defaultVariant: "true" } });
    value = false;
    const changed = next();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(flagsIn(await changed)).toMatchObject({ "redis.enabled": { defaultVariant: "false" } });
  });
});

describe("a provider in trouble", () => {
  it("is STALE and READY again, as it says", async () => {
    const provider = new Eventful({ "redis.enabled": on });
    const { next } = follow(provider);
    const first = await next();
    expect(first.state).toBe("READY");
    const stale = next();
    provider.tell(ServerProviderEvents.Stale, "the connection ended");
    expect(await stale).toEqual({ state: "STALE", problem: "the connection ended" });
    const failed = next();
    provider.tell(ServerProviderEvents.Error, "gave up");
    expect(await failed).toEqual({ state: "STALE", problem: "gave up" });
    const back = next();
    provider.tell(ServerProviderEvents.Ready);
    expect(await back).toEqual(first);
  });

  it("is an ERROR where it never had flags, or never will have again", async () => {
    const provider = new Eventful({ "redis.enabled": on });
    const initialise = vi.fn().mockRejectedValueOnce(new GeneralError("no such host"));
    const { next } = follow(Object.assign(provider, { initialize: initialise }));
    expect(await next()).toEqual({ state: "ERROR", problem: "no such host" });
    const recovered = next();
    provider.tell(ServerProviderEvents.Ready);
    expect((await recovered).state).toBe("READY");
    const over = next();
    provider.tell(ServerProviderEvents.Error, "the key was revoked", new ProviderFatalError().code);
    expect(await over).toEqual({ state: "ERROR", problem: "the key was revoked" });
  });

  it("is an ERROR when it is not ready in time, and READY when it is", async () => {
    const provider = new InMemoryProvider({ "redis.enabled": on });
    let begin = (): void => {};
    const initialize = () =>
      new Promise<void>((resolve) => {
        begin = resolve;
      });
    const { next } = follow(Object.assign(provider, { initialize }), { timeout: "2s" });
    const late = next();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await late).toEqual({ state: "ERROR", problem: "the provider is not ready yet" });
    begin();
    expect((await next()).state).toBe("READY");
  });

  it("keeps the last good value of a flag that cannot be read, and its other flags are live", async () => {
    const provider = new InMemoryProvider({ "redis.enabled": on, other: on });
    const { next } = follow(provider, { flags: ["redis.enabled", "other"] });
    await next();
    const changed = next();
    provider.putConfiguration({ "redis.enabled": { ...on, defaultVariant: "of" }, other: off } as never);
    expect(await changed).toMatchObject({
      state: "READY",
      snapshot: { flags: { "redis.enabled": { defaultVariant: "on" }, other: { defaultVariant: "off" } } },
      problems: ["redis.enabled: no value associated with variant of"],
    });
    const mended = next();
    provider.putConfiguration({ "redis.enabled": on, other: off });
    expect(await mended).toMatchObject({ state: "READY", problems: [] });
  });

  it("whose value is no JSON has one flag less", async () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const provider = new InMemoryProvider({
      "redis.enabled": on,
      circle: { variants: { a: circle as never }, defaultVariant: "a", disabled: false },
    });
    const { next } = follow(provider, { flags: ["redis.enabled", "circle"] });
    expect(await next()).toMatchObject({
      state: "READY",
      snapshot: { flags: { "redis.enabled": { defaultVariant: "on" } } },
      problems: ["circle: its value is no JSON"],
    });
  });

  it("that does not answer is STALE after its time, and stops at once", async () => {
    const provider = new InMemoryProvider({ "redis.enabled": on });
    const { next, stop, updates } = follow(provider, { timeout: "2s" });
    await next();
    vi.spyOn(provider, "resolveBooleanEvaluation").mockReturnValue(new Promise(() => {}));
    const late = next();
    provider.putConfiguration({ "redis.enabled": off });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await late).toEqual({ state: "STALE", problem: "the provider did not answer within 2000 ms" });
    const end = updates.next();
    provider.putConfiguration({ "redis.enabled": on });
    stop.abort();
    expect(await end).toMatchObject({ done: true });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("who looks after the provider", () => {
  it("is the source, which closes it at the end", async () => {
    const provider = new InMemoryProvider({ "redis.enabled": on });
    let closed = 0;
    const onClose = async () => {
      closed++;
      throw new Error("closed already");
    };
    const { next, stop, updates } = follow(Object.assign(provider, { onClose }));
    await next();
    const end = updates.next();
    stop.abort();
    await end;
    expect(closed).toBe(1);
    for (const event of Object.values(ServerProviderEvents)) expect(provider.events.getHandlers(event)).toEqual([]);
  });

  it("is OpenFeature, where its client is given", async () => {
    const provider = new InMemoryProvider({ "redis.enabled": on });
    const onClose = vi.fn();
    const client = OpenFeature.getClient("shop");
    const { next, stop, updates } = follow(client, { timeout: "2s" });
    const early = next();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await early).toEqual({ state: "ERROR", problem: "the provider is not ready yet" });
    await OpenFeature.setProviderAndWait("shop", Object.assign(provider, { onClose }));
    expect(flagsIn(await next())).toMatchObject({ "redis.enabled": { defaultVariant: "on" } });
    const end = updates.next();
    stop.abort();
    await end;
    expect(onClose).not.toHaveBeenCalled();
    expect(await client.getBooleanValue("redis.enabled", false)).toBe(true);
  });
});

it("says what is wrong with its options, all at once", () => {
  const make = () =>
    openFeatureSource(
      { events: new OpenFeatureEventEmitter() } as never,
      { flags: [], interval: "1ms", time: 5 } as never,
    );
  expect(make).toThrow(OptionError);
  expect(make).toThrow(
    /openFeatureSource\.time: .*provider: .*a provider, or a client.*flags: got \[\].*interval: got "1ms"/,
  );
});
