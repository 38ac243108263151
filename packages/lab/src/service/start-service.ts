import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { OptionError, SopError } from "@sop/core";
import { ALIAS_VARIABLE, type Alias, checkAlias, parseAlias } from "../alias.js";
import { readPerturbation } from "../perturb/of-process.js";
import type { Crash } from "../preload/crash.js";
import { type PreloadSettings, SETTINGS_VARIABLE } from "../preload/settings.js";
import { type Answer, answerTo, type SentRequest } from "./answer.js";
import { crashOf } from "./crash-of.js";
import { OutputTail } from "./output-tail.js";
import { isTurning, portOf } from "./talk.js";

/** Options of `startService`. */
export interface ServiceOptions {
  /** The working directory of the service; `entry` is relative to it. Default: this process's. */
  readonly cwd?: string;
  /** Packages that stand in for others: `{ multer: "multer-fixed" }`. Default: the environment's `SOP_LAB_ALIAS`. */
  readonly alias?: Alias;
  /** Environment variables above those of this process; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Path of the Node that runs it. Default: the one that runs this process. */
  readonly node?: string;
  /** Milliseconds until it has to listen, and until an answer has to come. Default 20,000. */
  readonly timeout?: number;
}

/** A service that runs in a process of its own. */
export interface Service {
  /** Where it listens on 127.0.0.1. */
  readonly port: number;
  /** Sends a request and waits for the answer. What does not come back is no error: the answer says so. */
  send(request: SentRequest): Promise<Answer>;
  /** What nobody in the service caught, or how it ended by itself; `undefined` while it is well. */
  crashed(): Promise<Crash | undefined>;
  /** Ends the process. A second call is harmless. */
  stop(): Promise<void>;
}

const requireHere = createRequire(import.meta.url);

/**
 * Starts a service's entry file unchanged, in a process of its own: whatever address it asks for, it listens on a free port of
 * loopback; its incidents go to a directory that is removed with it. Throws `SOP_ERR_LAB` where it ends or does not listen in time,
 * with the end of what it wrote, and `SOP_ERR_OPTION` for an entry that is no file or an alias that is none.
 */
export async function startService(entry: string, options: ServiceOptions = {}): Promise<Service> {
  const { cwd = process.cwd(), env = {}, node = process.execPath, timeout = 20_000 } = options;
  const alias = options.alias
    ? checkAlias(options.alias)
    : parseAlias(process.env[ALIAS_VARIABLE] ?? "", ALIAS_VARIABLE);
  const file = resolve(cwd, entry);
  if (!existsSync(file)) {
    throw new OptionError([
      { path: "entry", value: JSON.stringify(entry), allowed: `a file, seen from ${resolve(cwd)}` },
    ]);
  }
  const dir = mkdtempSync(join(tmpdir(), "sop-lab-"));
  const settings: PreloadSettings = {
    alias,
    base: pathToFileURL(file).href,
    parent: process.pid,
    crashFile: join(dir, "crash.json"),
    hooks: requireHere.resolve("@sop/lab/alias-hooks"),
  };
  const child = fork(file, [], {
    cwd,
    execPath: node,
    execArgv: ["--require", requireHere.resolve("@sop/lab/preload")],
    env: {
      ...ownEnvironment(),
      PORT: "0",
      SOP_DIR: join(dir, "incidents"),
      // A service that is started to be looked at leaves the place of the running one alone.
      SOP_ADMIN: "off",
      ...env,
      [SETTINGS_VARIABLE]: JSON.stringify(settings),
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const output = new OutputTail(child);
  const stop = (): Promise<void> => end(child, dir);
  const port = await portOf(child, timeout);
  if (port === undefined) {
    const crash = crashOf(child, settings.crashFile, output);
    const how = crash ? "ended before it listened" : `did not listen within ${timeout} ms`;
    await stop();
    throw new SopError("SOP_ERR_LAB", `${entry} ${how}:\n${crash?.stack || output.read() || "it wrote nothing"}`);
  }
  return {
    port,
    send: (request) =>
      readPerturbation(process.env)?.what === "service"
        ? worstAnswer(request, port, timeout)
        : answerTo(request, port, timeout),
    async crashed() {
      const turns = await isTurning(child, timeout);
      return crashOf(child, settings.crashFile, output, turns);
    },
    stop,
  };
}

/** A request that is sent twice at once, so that it may be in its own way: the worse of both answers. */
async function worstAnswer(request: SentRequest, port: number, timeout: number): Promise<Answer> {
  const [one, other] = await Promise.all([answerTo(request, port, timeout), answerTo(request, port, timeout)]);
  return (other.status ?? 600) > (one.status ?? 600) ? other : one;
}

/** What a test runner adds for its own tests is not the service's. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(VITEST.*|TEST|NODE_V8_COVERAGE)$/.test(name));
  const env = Object.fromEntries(entries);
  if (env["NODE_ENV"] === "test") delete env["NODE_ENV"];
  return env;
}

async function end(child: ChildProcess, dir: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise((done) => {
      child.once("exit", done);
      child.kill("SIGKILL");
    });
  }
  rmSync(dir, { recursive: true, force: true });
}
