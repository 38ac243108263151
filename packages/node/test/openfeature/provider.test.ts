import { FlagdCore, MemoryStorage } from "@openfeature/flagd-core";
import { type Client, ErrorCode, type EventDetails, OpenFeature, ServerProviderEvents } from "@openfeature/server-sdk";
import { type ConfigUpdate, createSop, type SopOptions } from "@sop/core";
import { sopProvider } from "@sop/node/openfeature";
import { afterAll, describe, expect, it, vi } from "vitest";
import { silent } from "../support/recorded.ts";
import { host, serve } from "../support/service.ts";
import { Updates } from "./updates.ts";

let domains = 0;

/** The client of a Sop's flags, with events as they come. */
async function clientOf(options: SopOptions) {
  const sop = createSop({ service: "shop", logger: silent, ports: { host }, ...options });
  const domain = `sop-${++domains}`;
  await OpenFeature.setProviderAndWait(domain, sopProvider(sop));
  const client = OpenFeature.getClient(domain);
  return { sop, domain, client, events: eventsOf(client) };
}

function eventsOf(client: Client) {
  const events: [string, Partial<EventDetails>?][] = [];
  for (const event of Object.values(ServerProviderEvents)) {
    client.addHandler(event as ServerProviderEvents.Ready, (details) => {
      const { flagsChanged, message } = (details ?? {}) as { flagsChanged?: string[]; message?: string };
      events.push([event, { ...(flagsChanged && { flagsChanged }), ...(message && { message }) }]);
    });
  }
  return events;
}

const ready = (flags: Record<string, boolean>): ConfigUpdate => ({
  state: "READY",
  snapshot: { revision: JSON.stringify(flags), flags },
});

afterAll(() => OpenFeature.close());

describe("flags of a Sop, asked for by OpenFeature", () => {
  it("have their values, of each type", async () => {
    const { client } = await clientOf({
      flags: { on: true, name: "blue", size: 20, limits: { max: 3 }, hosts: ["a"] },
    });
    expect(await client.getBooleanValue("on", false)).toBe(true);
    expect(await client.getStringValue("name", "")).toBe("blue");
    expect(await client.getNumberValue("size", 0)).toBe(20);
    expect(await client.getObjectValue("limits", {})).toEqual({ max: 3 });
    expect(await client.getObjectValue("hosts", [])).toEqual(["a"]);
  });

  it("have OpenFeature's details", async () => {
    const { client } = await clientOf({
      flags: {
        plain: 1,
        chosen: {
          variants: { on: true, off: false },
          defaultVariant: "off",
          targeting: { if: [{ "==": [{ var: "plan" }, "gold"] }, "on"] },
          metadata: { owner: "sales" },
        },
      },
    });
    expect(await client.getNumberDetails("plain", 0)).toEqual({
      flagKey: "plain",
      value: 1,
      reason: "STATIC",
      flagMetadata: {},
    });
    expect(await client.getBooleanDetails("chosen", false, { plan: "gold" })).toEqual({
      flagKey: "chosen",
      value: true,
      variant: "on",
      reason: "TARGETING_MATCH",
      flagMetadata: { owner: "sales" },
    });
    expect(await client.getBooleanDetails("chosen", true)).toMatchObject({ value: false, reason: "DEFAULT" });
  });

  it.each([
    ["absent", ErrorCode.FLAG_NOT_FOUND],
    ["text", ErrorCode.TYPE_MISMATCH],
    ["keyless", ErrorCode.TARGETING_KEY_MISSING],
  ])("give the caller's default where they cannot be decided: %s", async (flag, errorCode) => {
    const variants = { a: 1, b: 2 };
    const { client } = await clientOf({
      flags: {
        text: "1",
        keyless: {
          variants,
          targeting: {
            fractional: [
              ["a", 1],
              ["b", 1],
            ],
          },
        },
      },
    });
    expect(await client.getNumberDetails(flag, 7)).toMatchObject({ value: 7, reason: "ERROR", errorCode });
  });

  it("give the caller's default where they are disabled, or have no default variant", async () => {
    const { client } = await clientOf({
      flags: {
        off: { state: "DISABLED", variants: { a: "A" }, defaultVariant: "a" },
        open: { variants: { a: "A" }, targeting: { if: [{ var: "beta" }, "a"] } },
      },
    });
    expect(await client.getStringDetails("off", "mine")).toMatchObject({ value: "mine", reason: "DISABLED" });
    expect(await client.getStringDetails("open", "mine")).toMatchObject({ value: "mine", reason: "DEFAULT" });
    expect(await client.getStringValue("open", "mine", { beta: true })).toBe("A");
  });

  it("are split as flagd splits them, by the targeting key", async () => {
    const flags = {
      split: {
        state: "ENABLED" as const,
        variants: { on: true, off: false },
        defaultVariant: "off",
        targeting: {
          fractional: [
            ["on", 30],
            ["off", 70],
          ],
        },
      },
    };
    const storage = new MemoryStorage(silent);
    storage.setConfigurations(JSON.stringify({ flags }));
    const flagd = new FlagdCore(storage, silent);
    const { client } = await clientOf({ flags });
    for (let user = 0; user < 200; user++) {
      const context = { targetingKey: `user-${user}` };
      const { value } = flagd.resolveBooleanEvaluation("split", false, context, silent);
      expect(await client.getBooleanValue("split", false, context)).toBe(value);
    }
  });

  it("see dates as texts, and a context that is none as an error", async () => {
    const { client } = await clientOf({
      flags: {
        early: {
          variants: { on: true, off: false },
          defaultVariant: "off",
          targeting: { if: [{ starts_with: [{ var: "user.since" }, "2019-"] }, "on"] },
        },
      },
    });
    expect(await client.getBooleanValue("early", false, { user: { since: new Date("2019-05-01") } })).toBe(true);
    expect(await client.getBooleanDetails("early", true, { targetingKey: 5 as never })).toMatchObject({
      value: true,
      errorCode: ErrorCode.INVALID_CONTEXT,
    });
  });

  it("know the running request, below what a context says", async () => {
    const { sop, client } = await clientOf({
      flags: {
        plan: {
          variants: { gold: "gold", none: "none" },
          defaultVariant: "none",
          targeting: { if: [{ "==": [{ var: "headers.x-plan" }, "gold"] }, "gold"] },
        },
      },
    });
    await using service = await serve(sop, async (_request, response) => {
      const ours = await client.getStringValue("plan", "");
      const given = await client.getStringValue("plan", "", { headers: { "x-plan": "basic" } });
      response.end(`${ours} ${given}`);
    });
    const answer = await fetch(service.url, { headers: { "x-plan": "gold" } });
    expect(await answer.text()).toBe("gold none");
    expect(await client.getStringValue("plan", "")).toBe("none");
  });

  it("keep nothing of the defaults that they are asked with", async () => {
    const { sop, client } = await clientOf({ flags: { name: "blue" } });
    const asked = vi.spyOn(sop, "flag");
    for (let i = 0; i < 50; i++) expect(await client.getStringValue("absent", `default ${i}`)).toBe(`default ${i}`);
    expect(new Set(asked.mock.results.map(({ value }) => value)).size).toBe(1);
  });
});

describe("events of a Sop's sources", () => {
  it("name the flags that changed with one snapshot, once", async () => {
    const source = new Updates("a");
    const { client, events } = await clientOf({ sources: [source] });
    source.tell(ready({ x: true, y: true }));
    await vi.waitFor(() => expect(events).toHaveLength(2));
    source.tell(ready({ x: true, y: false }));
    await vi.waitFor(() => expect(events).toHaveLength(3));
    expect(events).toEqual([
      ["PROVIDER_READY", {}],
      ["PROVIDER_CONFIGURATION_CHANGED", { flagsChanged: ["x", "y"] }],
      ["PROVIDER_CONFIGURATION_CHANGED", { flagsChanged: ["y"] }],
    ]);
    expect(await client.getBooleanValue("y", true)).toBe(false);
  });

  it("are the worst of all sources, and flags keep their values meanwhile", async () => {
    const [a, b] = [new Updates("a"), new Updates("b")];
    const { client, events } = await clientOf({ sources: [a, b] });
    const states = () => events.map(([event]) => event).filter((event) => !event.endsWith("CHANGED"));
    a.tell(ready({ x: true }));
    b.tell({ state: "ERROR", problem: "no such host" });
    await vi.waitFor(() => expect(client.providerStatus).toBe("ERROR"));
    expect(events).toContainEqual(["PROVIDER_ERROR", { message: "b: no such host" }]);
    expect(await client.getBooleanValue("x", false)).toBe(true);
    b.tell(ready({}));
    a.tell({ state: "STALE", problem: "the connection ended" });
    await vi.waitFor(() => expect(client.providerStatus).toBe("STALE"));
    expect(await client.getBooleanValue("x", false)).toBe(true);
    a.tell(ready({ x: true }));
    await vi.waitFor(() => expect(client.providerStatus).toBe("READY"));
    expect(states().slice(-4)).toEqual(["PROVIDER_ERROR", "PROVIDER_READY", "PROVIDER_STALE", "PROVIDER_READY"]);
  });

  it("are told of a trouble that is older than the provider's registration", async () => {
    const source = new Updates("a");
    const sop = createSop({ service: "shop", logger: silent, ports: { host }, sources: [source] });
    const provider = sopProvider(sop);
    const troubled = new Promise((resolve) => sop.observe({ sourceChanged: resolve }));
    source.tell({ state: "ERROR", problem: "no such host" });
    await troubled;
    await OpenFeature.setProviderAndWait("late", provider);
    await vi.waitFor(() => expect(OpenFeature.getClient("late").providerStatus).toBe("ERROR"));
  });

  it("end when the provider is replaced, and begin anew when it is back", async () => {
    const source = new Updates("a");
    const { sop } = await clientOf({ sources: [source] });
    const provider = sopProvider(sop);
    const emit = vi.spyOn(provider.events ?? expect.fail(), "emit");
    await OpenFeature.setProviderAndWait("replaced", provider);
    await provider.onClose?.();
    source.tell(ready({ x: true }));
    await vi.waitFor(() => expect(sop.flags()).toEqual({ x: true }));
    expect(emit).not.toHaveBeenCalled();
    await provider.initialize?.();
    source.tell(ready({ x: false }));
    await vi.waitFor(() => expect(emit).toHaveBeenCalledOnce());
  });
});
