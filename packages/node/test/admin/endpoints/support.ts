import { createSop, type Sop, type SopOptions } from "@sop/core";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { expect, onTestFinished } from "vitest";
import { commands } from "../../../src/admin/endpoints/desk/commands.ts";
import { type Desk, openDesk } from "../../../src/admin/endpoints/desk/desk.ts";
import { readParts } from "../../../src/admin/endpoints/desk/readers.ts";
import type { Answer, Asked, Caller, Endpoint, Problem } from "../../../src/admin/endpoints/endpoint.ts";
import { readFiles } from "../../../src/admin/endpoints/files.ts";
import { endpoints } from "../../../src/admin/endpoints/index.ts";
import { openApi } from "../../../src/admin/endpoints/open-api.ts";
import { type FilePartName, type MainPartName, type Parts, RENEWED } from "../../../src/admin/endpoints/parts.ts";
import { route } from "../../../src/admin/endpoints/route.ts";
import { isProblem, validate } from "../../../src/admin/endpoints/validate.ts";
import { FakeClock } from "../../sources/fake-clock.ts";
import { silent } from "../../support/recorded.ts";
import { host } from "../../support/service.ts";

export const operator: Caller = { role: "operator", identity: "CN=alice", address: "127.0.0.1" };

/** What came back, as its receiver sees it. */
export interface Received {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents of every kind.
  readonly json: any;
  readonly problem: Problem | undefined;
}

/** Asks the definitions without a network: `GET /path?query`, and a body. Each answer is held against its own schema. */
export type Ask = (request: string, body?: unknown) => Received;

export interface Scene {
  readonly sop: Sop;
  readonly clock: FakeClock;
  readonly desk: Desk;
  readonly ask: Ask;
  /** As `ask`, while the main thread is blocked: from what was last known. */
  readonly askBlocked: Ask;
}

/** A Sop and its desk on a clock of their own. `incidents`: where they are on disk. */
export function scene(options: SopOptions = {}, incidents?: string): Scene {
  const clock = new FakeClock();
  const sop = createSop({ service: "shop", logger: silent, ...options, ports: { host, clock, ...options.ports } });
  const desk = openDesk(sop, clock);
  onTestFinished(() => {
    desk.close();
    sop.dispose();
  });
  // A message port copies what it is given.
  const parts = (names: readonly MainPartName[], asked: Asked | undefined): Partial<Parts> =>
    structuredClone({ ...readParts(names, desk, asked), isLive: true });
  const asking =
    (isLive: boolean): Ask =>
    (request, body) => {
      const { endpoint, checked } = check(request, body);
      if (isProblem(checked)) return received(endpoint, { problem: checked });
      if (endpoint.kind === "command") {
        const command = commands[endpoint.id];
        if (command === undefined) throw new Error(`nobody does ${endpoint.id}`);
        return received(endpoint, structuredClone(command(desk, structuredClone(checked))));
      }
      if (endpoint.kind !== "read") throw new Error(`${endpoint.id} is answered by the transport`);
      const names = endpoint.reads.filter((name): name is MainPartName => !FILES.includes(name));
      const files = endpoint.reads.filter((name) => FILES.includes(name));
      const known = isLive ? names : names.filter((name) => RENEWED.includes(name));
      const given = { ...parts(known, isLive ? checked : undefined), isLive };
      const all = { ...given, ...readFiles(files as FilePartName[], incidents, checked) } as Parts;
      return received(endpoint, endpoint.answer(all, checked));
    };
  return { sop, clock, desk, ask: asking(true), askBlocked: asking(false) };
}

const FILES: readonly string[] = ["incidents", "recorded", "packed"];

function check(request: string, body: unknown): { endpoint: Endpoint; checked: Asked | Problem } {
  const [, method = "", path = "", query = ""] = /^(\w+) ([^?]*)\??(.*)$/.exec(request) ?? [];
  const routed = route(endpoints, method, path);
  if (routed === undefined || "allow" in routed) throw new Error(`no such operation: ${request}`);
  const { endpoint, params } = routed;
  return { endpoint, checked: validate(endpoint, { params, query, body, caller: operator }) };
}

function received(endpoint: Endpoint, answer: Answer): Received {
  if ("problem" in answer) {
    const { problem } = answer;
    if (problem.code !== "SOP_ERR_REQUEST") expect(endpoint.refuses).toContain(problem.code);
    return { status: statusOf[problem.code] ?? 0, json: undefined, problem };
  }
  if (!("json" in answer)) throw new Error("no JSON");
  const json = JSON.parse(JSON.stringify(answer.json));
  expectFits(endpoint.id, answer.status, json);
  return { status: answer.status, json, problem: undefined };
}

const statusOf: Readonly<Record<string, number>> = {
  SOP_ERR_REQUEST: 400,
  SOP_ERR_NOT_FOUND: 404,
  SOP_ERR_CONFLICT: 409,
};

/** The document, as its readers get it. */
// biome-ignore lint/suspicious/noExplicitAny: it is a document.
export const document: any = JSON.parse(JSON.stringify(openApi(endpoints, "1.0.0")));

const ajv = formats.default(new Ajv2020({ strict: false, allErrors: true }));

/** Whether an answer has the form that the OpenAPI document says, and nothing beyond. */
export function expectFits(operationId: string, status: number, json: unknown): void {
  const operation = operations().find((one) => one.operationId === operationId);
  const content = operation?.responses[status]?.content?.["application/json"];
  expect(content, `${operationId} says nothing of ${status}`).toBeDefined();
  const fits = ajv.compile(exact(content.schema) as object);
  expect(fits(json), `${operationId}: ${ajv.errorsText(fits.errors)}\n${JSON.stringify(json)}`).toBe(true);
}

// biome-ignore lint/suspicious/noExplicitAny: they are parts of a document.
export function operations(): any[] {
  return Object.values(document.paths).flatMap((methods) => Object.values(methods as object));
}

/** A schema that lets nothing through that it does not name: what is not described must not be told. */
function exact(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(exact);
  if (typeof schema !== "object" || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, exact(value)]));
  return "properties" in copy ? { additionalProperties: false, ...copy } : copy;
}
