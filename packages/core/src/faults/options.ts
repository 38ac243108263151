import { OptionCheck } from "../options/check.js";
import type { Host } from "../ports/host.js";
import type { Reply } from "../request/reply.js";
import { FAULT_MODES, type FaultInjector, type FaultMode } from "./injector.js";
import { compileTrigger, TRIGGERS, type Trigger } from "./trigger.js";

/** Faults that are injected on purpose, to see what they do. */
export interface FaultOptions {
  /** Of those for one place the first whose trigger holds is taken. `sop.faults.replace` changes them while the process runs. */
  readonly injectors?: readonly FaultInjector[];
  /**
   * Where `NODE_ENV` is `production` nothing is injected unless this is true and the environment has `SOP_FAULTS=on`: one says that the
   * code may, the other that this process shall. Default false.
   */
  readonly allowInProduction?: boolean;
}

/** An injector, ready to be asked. */
export interface CompiledInjector {
  readonly given: FaultInjector;
  readonly mode: FaultMode;
  /** All of them must hold. */
  readonly triggers: readonly Trigger[];
  /** Of mode `fail-fast`; without one it is a problem document. */
  readonly response: Reply | undefined;
  /** In milliseconds. */
  readonly duration: number;
}

const INJECTOR_NAMES = [
  "middleware",
  "mode",
  "trigger",
  "response",
  "duration_ms",
] as const satisfies readonly (keyof FaultInjector)[];

const PRINTABLE = /^[\x21-\x7e](?:[\x20-\x7e]{0,126}[\x21-\x7e])?$/;
const WITHOUT_BODY: readonly number[] = [204, 205, 304];
const HOUR = 3_600_000;

/** The option with every default filled in. */
export interface FaultSettings {
  readonly injectors: readonly CompiledInjector[];
  readonly allowInProduction: boolean;
}

/** Reads the option `faults` of `options`; `undefined` where there is none. */
export function readFaults(options: OptionCheck, random: () => number): FaultSettings | undefined {
  if (options.value("faults") === undefined) return undefined;
  const check = options.nested("faults", ["injectors", "allowInProduction"]);
  return { injectors: compile(check, random), allowInProduction: check.flag("allowInProduction", false) };
}

/** Whether faults may be injected where this process runs. */
export function mayInject({ allowInProduction }: FaultSettings, env: Host["env"]): boolean {
  return env["NODE_ENV"] !== "production" || (allowInProduction && env["SOP_FAULTS"] === "on");
}

/** Reads injectors as `troubleshoot.yaml` has them. Throws `SOP_ERR_OPTION` that names all that is wrong. */
export function readInjectors(injectors: unknown, random: () => number): readonly CompiledInjector[] {
  const check = new OptionCheck({ injectors }, "", ["injectors"]);
  const compiled = compile(check, random);
  check.done();
  return compiled;
}

function compile(list: OptionCheck, random: () => number): readonly CompiledInjector[] {
  const given = list.value("injectors") as readonly FaultInjector[];
  return list
    .items("injectors", INJECTOR_NAMES)
    .map((check, i) => compileOne(check, given[i] as FaultInjector, random));
}

function compileOne(check: OptionCheck, given: FaultInjector, random: () => number): CompiledInjector {
  const middleware = check.text("middleware", undefined);
  if (middleware !== "" && !PRINTABLE.test(middleware)) {
    check.reject("middleware", "1 to 128 printable characters of ASCII");
  }
  const mode = check.oneOf<FaultMode | "">("mode", FAULT_MODES, "") || "fail-fast";
  if (mode === "fault" && isBeforeHandler(middleware)) {
    check.reject("mode", "fail-fast, delay or abort: no named middleware is there that could throw");
  }
  return {
    given,
    mode,
    triggers: triggersOf(check, random),
    response: responseOf(check, mode),
    duration: durationOf(check, mode),
  };
}

/** Whether an injector acts before the handler, and not in a named middleware. */
export function isBeforeHandler(middleware: string): boolean {
  return middleware === "*" || middleware.startsWith("/");
}

function triggersOf(check: OptionCheck, random: () => number): readonly Trigger[] {
  const given = check.value("trigger");
  if (given === undefined) return [];
  const compiled = [given].flat().map((text) => compileTrigger(text, random));
  const triggers = compiled.filter((trigger) => trigger !== undefined);
  if (triggers.length < compiled.length) check.reject("trigger", `one or a list of ${TRIGGERS}`);
  return triggers;
}

function responseOf(check: OptionCheck, mode: FaultMode): Reply | undefined {
  if (check.value("response") === undefined) return undefined;
  if (mode !== "fail-fast") {
    check.reject("response", 'none, where mode is not "fail-fast"');
    return undefined;
  }
  const response = check.nested("response", ["status", "body"]);
  const status = response.integer("status", 503, 200, 599);
  if (WITHOUT_BODY.includes(status)) response.reject("status", "a status that has a body");
  const body = response.value("body") ?? "";
  if (typeof body !== "string") {
    response.reject("body", "a text");
    return undefined;
  }
  const type = isJson(body) ? "application/json" : "text/plain; charset=utf-8";
  return { status, headers: { "content-type": type, "cache-control": "no-store" }, body };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function durationOf(check: OptionCheck, mode: FaultMode): number {
  if (mode === "delay") {
    if (check.value("duration_ms") === undefined) check.reject("duration_ms", "milliseconds, beside mode delay");
    return check.integer("duration_ms", 1, 1, HOUR);
  }
  if (check.value("duration_ms") !== undefined) check.reject("duration_ms", 'none, where mode is not "delay"');
  return 0;
}
