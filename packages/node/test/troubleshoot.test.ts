import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, get } from "node:http";
import { join } from "node:path";
import { openNodeExchange, type Sop, writeNodeReply } from "@sop/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createSop, type NodeOptions } from "../src/index.ts";
import { temporaryDirectory } from "./support/files.ts";
import { listen } from "./support/leaving.ts";
import { silent } from "./support/recorded.ts";
import { host } from "./support/service.ts";

/** As CONTRACT has it, but for a shorter delay. */
const FILE = `injectors:
- middleware: "rate-limit"
  mode: "fail-fast"
  trigger: "header:X-Debug-Fail: true"
  response: { status: 429, body: '{"error":"rate_limit_exceeded"}' }
- middleware: "timeout"
  mode: "delay"
  duration_ms: 150
`;

/** A service with a file of faults; `warnings` are the messages of its log. */
function troubleshooting(text: string | undefined, options: NodeOptions = {}) {
  const path = join(temporaryDirectory(), "troubleshoot.yaml");
  if (text !== undefined) writeFileSync(path, text);
  const warnings: string[] = [];
  const logger = { ...silent, warn: (_: unknown, message: string) => void warnings.push(message) };
  const base = { service: "shop", logger, ports: { host }, config: false, forensics: false, drain: false } as const;
  const sop = createSop({ ...base, troubleshoot: path, ...options });
  onTestFinished(() => sop.dispose());
  return { path, sop, warnings, places: () => sop.faults?.injectors.map(({ middleware }) => middleware) };
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });

describe("troubleshoot.yaml", () => {
  it("is in force from the first request on, over a real socket", async () => {
    const { sop } = troubleshooting(FILE);
    const port = await serve(sop);
    const limited = await answer(port, "/limited", { "x-debug-fail": "true" });
    expect(limited).toMatchObject({ status: 429, body: '{"error":"rate_limit_exceeded"}' });
    expect(limited.headers).toMatchObject({ "x-sop-fault": "rate-limit", "content-type": "application/json" });
    const usual = await answer(port, "/limited");
    expect(usual).toMatchObject({ status: 200, body: "limited" });
    expect(usual.headers).not.toHaveProperty("x-sop-fault");
    const start = performance.now();
    const slow = await answer(port, "/slow");
    expect(performance.now() - start).toBeGreaterThan(148);
    expect(slow).toMatchObject({ status: 200, body: "slow", headers: { "x-sop-fault": "timeout" } });
    expect(sop.metrics().refused).toEqual({ injected: 1 });
  });

  it("is live: a change, its end and a new beginning", async () => {
    const { path, places } = troubleshooting(FILE);
    expect(places()).toEqual(["rate-limit", "timeout"]);
    writeFileSync(path, "injectors: [{ middleware: auth, mode: fault }]\n");
    await eventually(() => expect(places()).toEqual(["auth"]));
    rmSync(path);
    await eventually(() => expect(places()).toEqual([]));
    writeFileSync(path, FILE);
    await eventually(() => expect(places()).toEqual(["rate-limit", "timeout"]));
    writeFileSync(path, "injectors: []\n");
    await eventually(() => expect(places()).toEqual([]));
  });

  it("may come later, where it was named", async () => {
    const { path, places } = troubleshooting(undefined);
    expect(places()).toEqual([]);
    writeFileSync(path, FILE);
    await eventually(() => expect(places()).toEqual(["rate-limit", "timeout"]));
  });

  it("is followed through the links that Kubernetes swaps", async () => {
    const dir = temporaryDirectory();
    const version = (name: string, text: string): void => {
      mkdirSync(join(dir, name));
      writeFileSync(join(dir, name, "troubleshoot.yaml"), text);
      symlinkSync(name, join(dir, "..data_tmp"));
      renameSync(join(dir, "..data_tmp"), join(dir, "..data"));
    };
    version("..1", FILE);
    symlinkSync("..data/troubleshoot.yaml", join(dir, "troubleshoot.yaml"));
    const { places } = troubleshooting(undefined, { troubleshoot: join(dir, "troubleshoot.yaml") });
    expect(places()).toEqual(["rate-limit", "timeout"]);
    version("..2", "injectors: [{ middleware: auth, mode: fault }]\n");
    await eventually(() => expect(places()).toEqual(["auth"]));
  });

  it.each([
    ["injectors:\n- middleware: a\n  mode: [", /^last good faults kept: troubleshoot\.yaml:\d: Flow sequence/],
    ["", "last good faults kept: troubleshoot.yaml:1: got nothing, expected keys with values"],
    [
      "# one\ninjector: []\n",
      "last good faults kept: troubleshoot.yaml:2: injector: got [], expected no such option; known are injectors",
    ],
    [
      "injectors:\n- middleware: a\n  mode: fault\n- middleware: b\n  mode: explode\n",
      /^last good faults kept: troubleshoot\.yaml:5: injectors\.1\.mode: got "explode", expected one of "fail-fast"/,
    ],
    [
      "injectors:\n- middleware: a\n  mode: delay\n",
      /^last good faults kept: troubleshoot\.yaml:2: injectors\.0\.duration_ms: got nothing/,
    ],
    [
      "injectors:\n- middleware: a\n  mode: fail-fast\n  response:\n    body: x\n    status: 99\n",
      /^last good faults kept: troubleshoot\.yaml:6: injectors\.0\.response\.status: got 99/,
    ],
  ])(
    "that is wrong leaves the last good one in force, and one warning names file, line and reason: %j",
    async (text, said) => {
      const { path, places, warnings } = troubleshooting(FILE);
      warnings.length = 0;
      writeFileSync(path, text);
      await eventually(() => expect(warnings).toHaveLength(1));
      expect(warnings[0]).toEqual(typeof said === "string" ? said : expect.stringMatching(said));
      expect(places()).toEqual(["rate-limit", "timeout"]);
      writeFileSync(path, "injectors: []");
      await eventually(() => expect(places()).toEqual([]));
      expect(warnings).toHaveLength(1);
    },
  );

  it("is read in production only where that was asked for twice", () => {
    const production = { ports: { host: { ...host, env: { NODE_ENV: "production", SOP_FAULTS: "on" } } } };
    const once = troubleshooting(FILE, production);
    expect(once.sop.faults).toBeUndefined();
    expect(once.warnings).toEqual([
      "no fault is injected: in production that needs both faults.allowInProduction: true and SOP_FAULTS=on",
    ]);
    const twice = troubleshooting(FILE, { ...production, faults: { allowInProduction: true } });
    expect(twice.places()).toEqual(["rate-limit", "timeout"]);
  });

  it("is named by the environment too; false reads none", () => {
    const { path } = troubleshooting(FILE);
    vi.stubEnv("SOP_TROUBLESHOOT", path);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(troubleshooting(undefined, { troubleshoot: undefined }).places()).toEqual(["rate-limit", "timeout"]);
    expect(troubleshooting(undefined, { troubleshoot: false }).sop.faults).toBeUndefined();
  });

  it("is a path: anything else is refused", () => {
    expect(() => troubleshooting(undefined, { troubleshoot: 7 as never })).toThrow(
      "troubleshoot: got 7, expected a non-empty string",
    );
  });
});

/** A server of Node's own with the middlewares that the file names. */
async function serve(sop: Sop): Promise<number> {
  const life = sop.lifecycle({ name: "test", route: () => undefined, respond: writeNodeReply });
  const pass = (_req: unknown, _res: unknown, next: () => void): void => next();
  const limit = sop.middleware("rate-limit", pass);
  const timeout = sop.middleware("timeout", pass);
  const server = createServer((req, res) => {
    const context = openNodeExchange(life, req, res);
    const middleware = req.url === "/slow" ? timeout : limit;
    try {
      life.run(context, () => middleware(req, res, () => res.end(req.url?.slice(1))));
    } catch (error) {
      const reply = life.fail(context, error);
      if (reply) writeNodeReply(res, reply);
    }
  });
  return listen(server);
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: object;
  readonly body: string;
}

function answer(port: number, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ port, path, headers, host: "127.0.0.1", agent: false }, async (response) => {
      let body = "";
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode, headers: response.headers, body });
    }).on("error", reject);
  });
}
