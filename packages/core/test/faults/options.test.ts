import { createSop, type FaultInjector, OptionError } from "@sop/core";
import { describe, expect, it, test } from "vitest";
import { bench, FakeHost, recordingLogger } from "../support/fake.ts";

const some: FaultInjector = { middleware: "auth", mode: "fail-fast" };

function problemsOf(fn: () => unknown): readonly string[] {
  try {
    fn();
    return [];
  } catch (error) {
    if (error instanceof OptionError) {
      return error.problems.map(({ path, value, allowed }) => `${path}: got ${value}, expected ${allowed}`);
    }
    throw error;
  }
}

describe("wrong injectors", () => {
  test.each<[unknown, readonly (string | RegExp)[]]>([
    [{ mode: "fail-fast" }, ["injectors.0.middleware: got nothing, expected a non-empty string"]],
    [{ ...some, middleware: "a\nb" }, [/^injectors\.0\.middleware: .*printable/]],
    [
      { middleware: "auth" },
      [/^injectors\.0\.mode: got nothing, expected one of "fail-fast", "delay", "fault", "abort"$/],
    ],
    [{ ...some, mode: "explode" }, [/^injectors\.0\.mode: got "explode", expected one of "fail-fast"/]],
    [{ middleware: "*", mode: "fault" }, [/^injectors\.0\.mode: .*no named middleware/]],
    [{ ...some, when: "now" }, [/^injectors\.0\.when: got "now", expected no such option; known are middleware, mode/]],
    [
      { ...some, trigger: "headers:x" },
      [/^injectors\.0\.trigger: got "headers:x", expected one or a list of "header:/],
    ],
    [{ ...some, trigger: "header:x y: 1" }, [/^injectors\.0\.trigger/]],
    [{ ...some, trigger: "percentage:0" }, [/^injectors\.0\.trigger/]],
    [{ ...some, trigger: "percentage:half" }, [/^injectors\.0\.trigger/]],
    [{ ...some, trigger: ["method:GET", 7] }, [/^injectors\.0\.trigger/]],
    [{ ...some, trigger: "path:orders" }, [/^injectors\.0\.trigger/]],
    [
      { ...some, response: { status: 99 } },
      [/^injectors\.0\.response\.status: got 99, expected a whole number of 200 to 599/],
    ],
    [
      { ...some, response: { status: 204 } },
      [/^injectors\.0\.response\.status: got 204, expected a status that has a body/],
    ],
    [{ ...some, response: { body: { a: 1 } } }, [/^injectors\.0\.response\.body: got {"a":1}, expected a text/]],
    [{ ...some, duration_ms: 5 }, [/^injectors\.0\.duration_ms: got 5, expected none/]],
    [{ middleware: "auth", mode: "delay" }, [/^injectors\.0\.duration_ms: got nothing, expected milliseconds/]],
    [{ middleware: "auth", mode: "delay", duration_ms: "2s" }, [/^injectors\.0\.duration_ms: got "2s"/]],
    [
      { middleware: "auth", mode: "delay", duration_ms: 5, response: {} },
      [/^injectors\.0\.response: got {}, expected none/],
    ],
    ["auth", [/^injectors: got \["auth"\], expected a list of objects/]],
  ])("%j", (injector, expected) => {
    const { sop } = bench({ faults: { injectors: [some] } });
    const problems = problemsOf(() => sop.faults?.replace([injector as FaultInjector]));
    expect(problems).toEqual(expected.map((text) => (typeof text === "string" ? text : expect.stringMatching(text))));
    expect(sop.faults?.injectors).toEqual([some]);
  });

  it("are all told at once, also of the option", () => {
    const injectors = [{ mode: "delay" }, { ...some, trigger: "x" }] as never;
    expect(problemsOf(() => createSop({ service: "", faults: { injectors, allowed: 1 } as never }))).toEqual([
      expect.stringMatching(/^service/),
      expect.stringMatching(/^faults\.allowed: got 1, expected no such option/),
      expect.stringMatching(/^faults\.injectors\.0\.middleware/),
      expect.stringMatching(/^faults\.injectors\.0\.duration_ms/),
      expect.stringMatching(/^faults\.injectors\.1\.trigger/),
    ]);
  });
});

describe("faults", () => {
  it("are none without the option: nothing is to be changed, and a named function is only named", () => {
    const { sop } = bench();
    expect(sop.faults).toBeUndefined();
  });

  it("are announced when they come into force", () => {
    const { sop, log } = bench({ faults: {} });
    expect(log.lines).toEqual([]);
    sop.faults?.replace([some, { ...some, middleware: "*" }]);
    expect(log.lines).toEqual([{ level: "warn", message: "faults are injected", fields: { faults: ["auth", "*"] } }]);
    sop.faults?.replace([]);
    expect(sop.faults?.injectors).toEqual([]);
    expect(log.lines).toHaveLength(1);
  });

  it.each([
    [undefined, undefined, false],
    [true, undefined, false],
    [true, "off", false],
    [true, "true", false],
    [false, "on", false],
    [true, "on", true],
  ])(
    "in production are injected only where asked for twice: code %s, environment %s",
    (allowInProduction, asked, isOn) => {
      const host = new FakeHost();
      Object.assign(host.env, { NODE_ENV: "production", SOP_FAULTS: asked });
      const logger = recordingLogger();
      const faults = {
        injectors: [{ ...some, middleware: "*" }],
        ...(allowInProduction !== undefined && { allowInProduction }),
      };
      const { sop, life, open } = bench({ logger, faults, ports: { host } });
      expect(sop.faults !== undefined).toBe(isOn);
      expect(life.admit(open()) !== undefined).toBe(isOn);
      if (isOn) return;
      expect(logger.lines).toMatchObject([
        {
          level: "warn",
          message:
            "no fault is injected: in production that needs both faults.allowInProduction: true and SOP_FAULTS=on",
        },
      ]);
    },
  );
});
