import { request } from "node:http";
import { basename } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, it } from "vitest";
import { diagnosed, recorded } from "../../support/recorded.ts";
import { type Served, served, TOKEN } from "../support.ts";
import { mutated, valid } from "./generate.ts";
import { document, expectFits } from "./support.ts";

const SECRETS = [TOKEN, "hunter2-s3cr3t"];
const RUNS = Number(process.env["SOP_FUZZ_RUNS"] ?? 1_000);
const PROBLEM = new Ajv2020({ strict: false }).compile(document.components.schemas.Problem);

// biome-ignore lint/suspicious/noExplicitAny: they are parts of a document.
type Doc = any;

/** A request as it is sent. */
interface Shot {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** The operation that it is made for. */
  readonly operation: Doc;
  /** Whether it is as the document says. */
  readonly isValid: boolean;
}

interface Seen {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

it(`answers ${RUNS} requests made of its own description, right and wrong ones, as the description says`, async () => {
  const scene = await service();
  const { document: told } = scene;
  expect(told).toEqual(document);
  const statuses = new Map<number, number>();
  const operations = new Map<string, Set<number>>();
  let n = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(...shots()), async (shot) => {
      const before = stateOf(scene.plane);
      const seen = await send(scene.plane.port, shot, addressOf(n++));
      statuses.set(seen.status, (statuses.get(seen.status) ?? 0) + 1);
      const id = shot.operation.operationId;
      operations.set(id, (operations.get(id) ?? new Set()).add(seen.status));
      judge(shot, seen);
      if (seen.status >= 400) expect(stateOf(scene.plane)).toBe(before);
    }),
    { numRuns: RUNS, seed: Number(process.env["SOP_FUZZ_SEED"] ?? Date.now()) },
  );
  // A fuzzer whose requests are all refused finds nothing.
  expect(statuses.get(200)).toBeGreaterThan(RUNS / 10);
  expect(statuses.get(400)).toBeGreaterThan(RUNS / 10);
  // Of each read there is an answer that was held against its schema.
  for (const { method, operation } of allOperations()) {
    const statuses = [...(operations.get(operation.operationId) ?? [])];
    // Evidence is bounded for all callers together, so that there may be none of one kind.
    if (method === "GET")
      expect(statuses.some((status) => status === 200 || (operation["x-limit"] && status === 429))).toBe(true);
  }
  expect([...operations.keys()].sort()).toEqual(
    allOperations()
      .map(({ operation }) => operation.operationId)
      .sort(),
  );
}, 240_000);

/** A service with something in each of its rooms, among it secrets. */
async function service(): Promise<{ plane: Served; document: unknown }> {
  process.env["SOP_TEST_SECRET"] = SECRETS[1];
  const { sop: crashed, dir } = recorded();
  crashed.openIncident(`manual password=${SECRETS[1]}`);
  NAMES["id"] = [basename(await diagnosed(dir))];
  crashed.dispose();
  const plane = await served(
    { dir },
    {
      flags: { fast: true, limits: { a: 1 }, "api.token": SECRETS[1] as string },
      faults: {},
      rules: [{ name: "Busy", when: { metric: "in_flight", atLeast: 1_000 }, set: { fast: false } }],
    },
  );
  plane.sop.flag("only.code", 7);
  const error = new Error(`connect https://shop:${SECRETS[1]}@db/ failed, password=${SECRETS[1]}`);
  for (const name of ["redis", "a/b", "__proto__"]) {
    await plane.sop
      .breaker(name)
      .execute(() => Promise.reject(error))
      .catch(() => {});
  }
  const { json } = await plane.ask("/openapi.json");
  return { plane, document: json };
}

/** What no refused request may change. */
function stateOf({ sop }: Served): string {
  const breakers = sop.breakers().map(({ name, state }) => [name, state]);
  return JSON.stringify([sop.flags(), breakers, sop.faults?.injectors, sop.incident?.triggerCount, sop.state]);
}

function allOperations(): { method: string; path: string; operation: Doc }[] {
  return Object.entries<Doc>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Doc>(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

const NAMES: Record<string, readonly string[]> = {
  name: ["redis", "a/b", "__proto__", "none"],
  // They are waited for.
  seconds: ["1"],
  flag: ["fast", "limits", "only.code", "api.token", "none"],
};

function shots(): fc.Arbitrary<Shot>[] {
  return allOperations().flatMap(({ method, path, operation }) => {
    const { parameters, requestBody } = operation;
    const body = requestBody?.content["application/json"].schema;
    const right = fc
      .record({
        params: fc.tuple(...parameters.map((one: Doc) => parameterOf(one))) as fc.Arbitrary<string[]>,
        body: body ? valid(body) : fc.constant(undefined),
      })
      .map(({ params, body: sent }): Shot => {
        const headers = { "x-admin-token": TOKEN, "content-type": "application/json" };
        const data = sent === undefined ? undefined : JSON.stringify(sent);
        return { method, path: pathOf(path, parameters, params), headers, body: data, operation, isValid: true };
      });
    return [right, right.chain(wrong)];
  });
}

function parameterOf({ name, in: place, required, schema }: Doc): fc.Arbitrary<string | undefined> {
  const known = NAMES[name];
  const value = valid(schema).map((one) => (Array.isArray(one) ? one.join(",") : String(one)));
  if (place === "path") return known ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, value) : value;
  if (known) return fc.constantFrom(...known);
  return required ? value : fc.option(value, { nil: undefined });
}

function pathOf(template: string, parameters: readonly Doc[], values: readonly (string | undefined)[]): string {
  const query = new URLSearchParams();
  let path = template;
  for (const [i, { name, in: place }] of parameters.entries()) {
    const value = values[i];
    if (value === undefined) continue;
    if (place === "query") query.set(name, value);
    else path = path.replace(`{${name}}`, () => encodeURIComponent(value));
  }
  return query.size === 0 ? path : `${path}?${query}`;
}

/** A right request made wrong in one way. */
function wrong(shot: Shot): fc.Arbitrary<Shot> {
  const other = (more: Partial<Shot>): fc.Arbitrary<Shot> => fc.constant({ ...shot, ...more, isValid: false });
  const { path, headers, body } = shot;
  const joined = path.includes("?") ? "&" : "?";
  const ways: fc.Arbitrary<Shot>[] = [
    fc.constantFrom("PATCH", "DELETE", "PUT", "OPTIONS", "GET").chain((method) => other({ method })),
    fc
      .constantFrom({}, { "x-admin-token": "wrong" }, { authorization: "Bearer x" })
      .chain((given) => other({ headers: given })),
    fc.webQueryParameters().chain((query) => other({ path: `${path}${joined}${query}` })),
    fc
      .constantFrom(
        "limit=0",
        "limit=1&limit=2",
        "limit=x",
        "extra=1",
        "%zz=%zz",
        "types=,",
        "before=..%2f",
        `token=${TOKEN}`,
      )
      .chain((query) => other({ path: `${path}${joined}${query}` })),
    fc
      .constantFrom("/../", "//", "/%2e%2e/", "/..;/", "/\\", "/%00", "/extra")
      .chain((trick) => other({ path: path.replace(/\/([^/]*)$/, `${trick}$1`) })),
    fc
      .constantFrom("{", "", "[".repeat(50_000), '{"a":1}x', "\u0000", "null", "1")
      .chain((text) => other({ body: text })),
    fc
      .constantFrom("text/plain", "application/xml", "multipart/form-data; boundary=x")
      .chain((type) => other({ headers: { ...headers, "content-type": type }, body: body ?? "{}" })),
    other({ body: JSON.stringify({ value: "x".repeat(70_000) }) }),
  ];
  if (body !== undefined) {
    const changed = mutated(JSON.parse(body)).map(
      (sent): Shot => ({ ...shot, body: JSON.stringify(sent), isValid: false }),
    );
    ways.push(changed, changed, changed, changed);
  }
  return fc.oneof(...ways);
}

/** Calls are bounded for each address, and all of 127/8 is this machine on Linux. */
function addressOf(n: number): string {
  return process.platform === "linux"
    ? `127.0.${1 + (Math.floor(n / 3) % 200)}.${1 + (Math.floor(n / 600) % 200)}`
    : "127.0.0.1";
}

function send(port: number, { method, path, headers, body }: Shot, localAddress: string): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const given = { ...headers, ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }) };
    const sent = request({ host: "127.0.0.1", port, method, path, headers: given, localAddress, agent: false });
    sent.on("error", reject).on("response", (response) => {
      const { statusCode: status = 0, headers: got } = response;
      const type = got["content-type"]?.split(";")[0] ?? "";
      let text = "";
      response.setEncoding("utf8").on("error", () => {});
      response.on("data", (chunk: string) => {
        text += chunk;
        // A stream has no end.
        if (type === "text/event-stream") sent.destroy();
      });
      response.on("close", () => resolve({ status, type, text: `${JSON.stringify(got)}\n${text}` }));
    });
    sent.end(body);
  });
}

function judge(shot: Shot, { status, type, text }: Seen): void {
  const { operation, isValid } = shot;
  const about = `${shot.method} ${shot.path.slice(0, 300)} ${shot.body?.slice(0, 300)} -> ${status} ${text.slice(0, 1_000)}`;
  for (const secret of SECRETS) expect(text.includes(secret), about).toBe(false);
  expect(status, about).toBeLessThan(500);
  const data = text.slice(text.indexOf("\n") + 1);
  if (status >= 400) {
    // Failures of a breaker have stacks on purpose; a refusal has none.
    expect(text, about).not.toMatch(/node:internal|\/src\/admin|at \w+ \(/);
    expect(type, about).toBe("application/problem+json");
    expect(PROBLEM(JSON.parse(data)), about).toBe(true);
    expect(JSON.parse(data).status, about).toBe(status);
  } else if (type === "application/json" && isValid) expectFits(operation.operationId, status, JSON.parse(data));
  if (isValid) {
    expect(Object.keys(operation.responses), about).toContain(String(status));
    expect([200, 404, 409, 429].includes(status) || isOutOfRange(status, data), about).toBe(true);
  }
}

/** A schema says nothing of how long a text such as `9999h` is, of what a flag's type is, nor of what triggers are. */
function isOutOfRange(status: number, data: string): boolean {
  const { problems } = JSON.parse(data);
  const paths: readonly string[] = problems?.map(({ path }: { path: string }) => path) ?? [];
  return status === 400 && paths.every((path) => /expiresIn|minAge|value|injectors|for$/.test(path));
}
