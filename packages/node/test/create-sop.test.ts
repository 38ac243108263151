import { existsSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { type CircuitBreaker, isRefusal, type Logger, OptionError, type Sop } from "@sop/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { listIncidents } from "../src/forensics.ts";
import { createSop, type NodeOptions } from "../src/index.ts";
import { temporaryDirectory } from "./support/files.ts";
import { silent } from "./support/recorded.ts";
import { host } from "./support/service.ts";
import { upstream } from "./support/upstream.ts";

function make(options: NodeOptions): Sop {
  const sop = createSop({ logger: silent, ports: { host }, forensics: false, ...options });
  onTestFinished(() => sop.dispose());
  return sop;
}

function fileWith(text: string): string {
  const path = join(temporaryDirectory(), "sop.yaml");
  writeFileSync(path, text);
  return path;
}

function environment(values: Record<string, string>): void {
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

function passed(breaker: CircuitBreaker): void {
  const permit = breaker.tryAcquire();
  if (!isRefusal(permit)) permit.passed();
}

function failed(breaker: CircuitBreaker): void {
  const permit = breaker.tryAcquire();
  if (!isRefusal(permit)) permit.failed(new Error("down"));
}

function messageOf(options: NodeOptions): string {
  try {
    make(options);
  } catch (error) {
    if (error instanceof OptionError) return error.message;
    throw error;
  }
  return "";
}

describe("configuration", () => {
  it("of the file is used, and its flags are live", async () => {
    const config = fileWith("service: shop\nmetrics: { window: 30s }\nflags: { fast: false }\n");
    const sop = make({ config });
    expect(sop.service).toBe("shop");
    expect(sop.signals().window).toBe(30_000);
    const fast = sop.flag("fast", true);
    await vi.waitFor(() => expect(fast.value).toBe(false), { timeout: 10_000 });
    writeFileSync(config, "service: shop\nflags: { fast: true }\n");
    await vi.waitFor(() => expect(fast.value).toBe(true), { timeout: 10_000 });
  });

  it("in code wins over the environment, that over the file", () => {
    const config = fileWith("service: file\n");
    expect(make({ config }).service).toBe("file");
    environment({ SOP_SERVICE: "environment" });
    expect(make({ config, ports: { host: { ...host, env: process.env } } }).service).toBe("environment");
    expect(make({ config, service: "code" }).service).toBe("code");
  });

  it("of one object may come from both: each says a part", () => {
    const config = fileWith("service: shop\ndeadline: { max: 5s }\n");
    expect(messageOf({ config, deadline: { default: "10s" } })).toContain("at most deadline.max, which is 5000 ms");
    expect(messageOf({ config, deadline: { default: "1s" } })).toBe("");
  });

  it("of breakers is for those that the code asks for by name, and the code's wins option by option", () => {
    const config = fileWith(
      "service: shop\nmaxBreakers: 2\nbreakers:\n  redis: { failureRateThreshold: 0.2, minimumNumberOfCalls: 2 }\n",
    );
    const sop = make({ config, breakers: { redis: { minimumNumberOfCalls: 5 } } });
    const redis = sop.breaker("redis");
    for (let calls = 0; calls < 4; calls++) failed(redis);
    expect(redis.metrics()).toMatchObject({ state: "closed", failureRate: undefined });
    for (let calls = 0; calls < 16; calls++) passed(redis);
    failed(redis);
    expect(redis.state).toBe("open");
    sop.breaker("postgres");
    expect(() => sop.breaker("nats")).toThrow("maxBreakers");
  });

  it("of a breaker that is wrong is named with its line, also where a name has dots", () => {
    const config = fileWith(
      "service: shop\nbreakers:\n  api.example.org:\n    failureRateThreshold: 2\n  redis:\n    window: 9\n",
    );
    const breakers = { redis: { slidingWindowSize: 0 } };
    const message = messageOf({ config, breakers });
    expect(message).toContain("sop.yaml:4: breakers.api.example.org.failureRateThreshold: got 2");
    expect(message).toContain("sop.yaml:6: breakers.redis.window: got 9");
    expect(message).toContain("; breakers.redis.slidingWindowSize: got 0");
  });

  it("is found by SOP_CONFIG, and not read where it is switched off", () => {
    environment({ SOP_CONFIG: fileWith("service: shop\n") });
    expect(make({}).service).toBe("shop");
    expect(messageOf({ config: false })).toContain("service: got nothing");
  });

  it("that is wrong is named with file and line, together with what is wrong in code", () => {
    const config = fileWith("service: shop\ndeadline:\n  max: soon\nrule: {}\nforensics:\n  keep: 0\n");
    const message = messageOf({ config, forensics: undefined, drain: { limit: -1 } });
    expect(message).toContain('sop.yaml:3: deadline.max: got "soon", expected a duration');
    expect(message).toContain("sop.yaml:4: rule: got {}, expected no such option");
    expect(message).toContain("sop.yaml:6: forensics.keep: got 0");
    expect(message).toContain("; drain.limit: got -1");
    expect(message.match(/rule: got/g)).toHaveLength(1);
  });

  it.each([
    ["missing", undefined, "sop.yaml: no such file"],
    ["half-written", "service: shop\nflags: { a: [", /sop\.yaml:2: /],
    ["invalid", "service: shop\nflags: 7\n", "sop.yaml:2: flags: got 7"],
  ])("that is %s is one warning, and the service starts", async (_kind, text, problem) => {
    const config = text === undefined ? join(temporaryDirectory(), "sop.yaml") : fileWith(text);
    const warn = vi.fn<Logger["warn"]>();
    const sop = make({ service: "shop", config, logger: { ...silent, warn } });
    expect(sop.state).toBe("serving");
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1), { timeout: 10_000 });
    expect(warn.mock.calls[0]?.[1]).toMatch(problem);
  });

  it("that is unusable is told as the reason where the service cannot start without it", () => {
    const message = messageOf({ config: fileWith("service: [") });
    expect(message).toMatch(
      /service: got nothing.*config: got ".*sop\.yaml", expected a usable file, not sop\.yaml:1: /,
    );
  });

  it.each([
    ['{"config":7}', "config: got 7, expected a non-empty string"],
    ['{"service":"shop","unknown":1}', "unknown: got 1, expected no such option"],
    ['{"service":"shop","forensics":7}', "forensics: got 7, expected an object"],
    ['{"service":"shop","drain":7}', "drain: got 7, expected an object"],
    ['{"service":"shop","drain":{"signals":"no"}}', 'drain.signals: got "no", expected true or false'],
    ['{"service":"shop","drain":{"grace":1}}', "drain.grace: got 1, expected no such option"],
    ['{"service":"shop","sources":7}', "sources: got 7, expected a list of objects"],
  ])("in code that is wrong is named: %s", (options, problem) => {
    expect(messageOf({ config: false, forensics: undefined, ...JSON.parse(options) })).toContain(problem);
  });

  it("that is no object is named", () => {
    expect(() => createSop(JSON.parse("null"))).toThrow(/options: got null, expected an object/);
  });
});

describe("the drain", () => {
  const isServing = (sop: Sop): boolean => {
    const life = sop.lifecycle<object>({ name: "fake", route: () => "/", respond: () => {} });
    const context = life.open({ headers: {} }, {});
    const refusal = life.admit(context);
    life.close(context, 200, "finished");
    return refusal === undefined;
  };

  it("is not ready at once, and serves until nobody is connected any more", async () => {
    const sop = make({ service: "shop", config: false, drain: { signals: false } });
    const done = sop.drain();
    expect([sop.state, isServing(sop)]).toEqual(["draining", true]);
    await done;
    expect([sop.state, isServing(sop)]).toEqual(["drained", false]);
  });

  it("can be the core's alone", () => {
    const sop = make({ service: "shop", config: false, drain: false });
    void sop.drain();
    expect(isServing(sop)).toBe(false);
  });

  it("has its times in the file, too", () => {
    const config = fileWith("service: shop\ndrain:\n  limit: 1s\n  wait: 2s\n");
    expect(messageOf({ config })).toContain('sop.yaml:4: drain.wait: got "2s", expected less than drain.limit');
    expect(messageOf({ config, drain: { limit: "3s" } })).toBe("");
  });

  it("listens to signals while a service is there that does not leave them to others", () => {
    const before = process.listenerCount("SIGTERM");
    const services = [{}, { signals: false }, {}].map((drain) => make({ service: "shop", config: false, drain }));
    expect(process.listenerCount("SIGTERM")).toBe(before + 1);
    for (const sop of services) sop.dispose();
    expect(process.listenerCount("SIGTERM")).toBe(before);
  });
});

describe("outgoing calls", () => {
  const wait = () => new Promise((resolve) => setTimeout(resolve, 10));

  it("are watched, until the service lets go", async () => {
    const { host, url } = await upstream();
    const warn = vi.fn<Logger["warn"]>();
    const sop = make({ service: "shop", config: false, logger: { ...silent, warn } });
    await new Promise((resolve) => get(url(), (response) => response.resume().on("end", resolve)));
    expect(sop.metrics().outgoing.withoutDeadline).toEqual({ [host]: 1 });
    expect(warn).toHaveBeenCalledTimes(1);
    sop.dispose();
    await new Promise((resolve) => get(url(), (response) => response.resume().on("end", resolve)));
    await wait();
    expect(sop.metrics().outgoing.withoutDeadline).toEqual({ [host]: 1 });
  });

  it.each([[false as const], [{ timeout: "1s" as const, watch: false as const }]])(
    "are not where that is switched off: %j",
    async (outgoing) => {
      const { url } = await upstream();
      const sop = make({ service: "shop", config: false, outgoing });
      await (await fetch(url())).text();
      expect(sop.metrics().outgoing.durations).toEqual([]);
      await (await sop.fetch(url())).text();
      expect(sop.metrics().outgoing.durations).toHaveLength(1);
    },
  );

  it("have their options in the file too, and those that are wrong are named", () => {
    const config = fileWith("service: shop\noutgoing:\n  timeout: soon\n  watch: { unread: 1 }\n");
    const message = messageOf({ config });
    expect(message).toContain('sop.yaml:3: outgoing.timeout: got "soon"');
    expect(message).toContain("sop.yaml:4: outgoing.watch.unread: got 1");
    expect(messageOf({ config: false, service: "shop", outgoing: 7 as never })).toContain(
      "outgoing: got 7, expected an object",
    );
  });
});

describe("forensics", () => {
  it("are on, below SOP_DIR, and what is open is written when the service lets go", () => {
    const dir = temporaryDirectory();
    environment({ SOP_DIR: dir });
    const sop = make({ service: "shop", config: fileWith("forensics: { dir: elsewhere }"), forensics: undefined });
    sop.openIncident("drill");
    sop.dispose();
    expect(listIncidents(dir)).toMatchObject([{ state: "closed", service: "shop" }]);
  });

  it("can be switched off", () => {
    const dir = join(temporaryDirectory(), "incidents");
    environment({ SOP_DIR: dir });
    const sop = make({ service: "shop", config: false, forensics: false });
    sop.openIncident("drill");
    sop.dispose();
    expect(existsSync(dir)).toBe(false);
  });
});
