import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { commands } from "../../../src/admin/endpoints/desk/commands.ts";
import { readers } from "../../../src/admin/endpoints/desk/readers.ts";
import { endpoints } from "../../../src/admin/endpoints/index.ts";
import { RENEWED } from "../../../src/admin/endpoints/parts.ts";
import { isProblem, validate } from "../../../src/admin/endpoints/validate.ts";
import { document, operations, operator } from "./support.ts";

describe("the OpenAPI document", () => {
  it("fits the official schema of OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    expect(validator.version).toBe("3.1");
  });

  it("has every operation under a name of its own", () => {
    const ids = operations().map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.sort()).toEqual(endpoints.map(({ id }) => id).sort());
  });

  it("says of each operation who may call it, and lets nobody but open ones be called without a token", () => {
    for (const operation of operations()) {
      const { "x-role": role, operationId, security } = operation;
      expect(["anyone", "viewer", "operator"], operationId).toContain(role);
      expect(security ?? document.security, operationId).toHaveLength(role === "anyone" ? 0 : 4);
    }
    const open = operations().filter((operation) => operation["x-role"] === "anyone");
    expect(open.map(({ operationId }) => operationId)).toEqual(["getHealth", "getReadiness", "getMetrics"]);
  });

  it("gives every change to operators only", () => {
    for (const { kind, role, id } of endpoints) if (kind === "command") expect(role, id).toBe("operator");
  });

  it("names problem documents for what a guarded operation may be refused with", () => {
    const [guarded] = operations().filter(({ operationId }) => operationId === "actOnBreaker");
    for (const status of [400, 401, 403, 404, 408, 413, 415, 429, 503, 504]) {
      expect(guarded.responses[status].content).toHaveProperty(["application/problem+json"]);
    }
  });

  it("has examples that the plane takes", () => {
    const examples = endpoints.flatMap((endpoint) => (endpoint.examples ?? []).map((body) => ({ endpoint, body })));
    expect(examples.length).toBeGreaterThan(3);
    for (const { endpoint, body } of examples) {
      const params = Object.fromEntries(Object.keys(endpoint.params?.properties ?? {}).map((name) => [name, "redis"]));
      const checked = validate(endpoint, { params, query: "", body, caller: operator });
      expect(isProblem(checked), JSON.stringify(checked)).toBe(false);
    }
  });

  it("has nothing in it that only our own checks understand", () => {
    const keys = new Set(JSON.stringify(document).match(/"x-[\w-]+"/g));
    expect([...keys].sort()).toEqual(['"x-limit"', '"x-role"']);
  });
});

describe("the definitions", () => {
  it("have somebody who does each command, and somebody who reads each part", () => {
    const asked = endpoints.flatMap((endpoint) => (endpoint.kind === "command" ? [endpoint.id] : []));
    expect(Object.keys(commands).sort()).toEqual(asked.sort());
    const parts = endpoints.flatMap((endpoint) => ("reads" in endpoint ? [...endpoint.reads] : []));
    const files = ["incidents", "recorded", "packed"];
    expect([...new Set(parts)].sort()).toEqual([...Object.keys(readers), ...files].sort());
    for (const name of RENEWED) expect(readers).toHaveProperty(name);
  });
});
