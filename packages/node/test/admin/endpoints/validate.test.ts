import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Asked, Problem } from "../../../src/admin/endpoints/endpoint.ts";
import { endpoints } from "../../../src/admin/endpoints/index.ts";
import { route } from "../../../src/admin/endpoints/route.ts";
import { isProblem, type Raw, validate } from "../../../src/admin/endpoints/validate.ts";
import { operator } from "./support.ts";

/** The definition of an operation, asked with what is given and a caller. */
function check(id: string, given: Partial<Raw>): Asked | Problem {
  const endpoint = endpoints.find((one) => one.id === id);
  if (endpoint === undefined) throw new Error(`no operation ${id}`);
  return validate(endpoint, { params: {}, query: "", body: undefined, caller: operator, ...given });
}

function wrongIn(id: string, given: Partial<Raw>): Record<string, string> {
  const checked = check(id, given);
  if (!isProblem(checked)) return {};
  expect(checked.code).toBe("SOP_ERR_REQUEST");
  return Object.fromEntries((checked.problems ?? []).map(({ path, allowed }) => [path, allowed]));
}

describe("a request", () => {
  it("is handed on with its texts as what they stand for", () => {
    const checked = check("listRequests", { query: "limit=5&route=%2Fitems%2F%3Aid&minAge=1.5s" });
    expect(checked).toMatchObject({ query: { limit: 5, route: "/items/:id", minAge: 1_500 }, body: undefined });
    expect(check("listFlags", { query: "overridden=true" })).toMatchObject({ query: { overridden: true } });
    expect(check("streamEvents", { query: "types=panic,breaker" })).toMatchObject({
      query: { types: ["panic", "breaker"] },
    });
    expect(check("getBreaker", { params: { name: "a%2Fb%20%C3%A9" } })).toMatchObject({ params: { name: "a/b é" } });
    expect(check("overrideFlag", { params: { flag: "a" }, body: { value: 1, expiresIn: "2m" } })).toMatchObject({
      body: { value: 1, expiresIn: 120_000 },
    });
  });

  it("is told everything that is wrong with it, each with what is right", () => {
    expect(wrongIn("listRequests", { query: "limit=0&minAge=soon&sort=age" })).toEqual({
      "query.limit": "a whole number of 1 to 1000",
      "query.minAge": 'a duration of 0 ms to 24 h, in milliseconds or such as "30s"',
      "query.sort": "no such field; known are limit, route, minAge",
    });
    const injectors = [{ middleware: "auth", mode: "explode", delay: 1 }, "x"];
    expect(wrongIn("injectFaults", { body: { injectors, expiresIn: "2h" } })).toEqual({
      "body.injectors.0.mode": 'one of "fail-fast", "delay", "fault", "abort"',
      "body.injectors.0.delay": "no such field; known are middleware, mode, trigger, response, duration_ms",
      "body.injectors.1": "an object",
      "body.expiresIn": 'a duration of 1 s to 1 h, in milliseconds or such as "30s"',
    });
    expect(wrongIn("actOnBreaker", { params: { name: "redis" }, body: {} })).toEqual({
      "body.action": 'one of "force_open", "close", "disable", "metrics_only", "reset"',
    });
    expect(wrongIn("actOnBreaker", { params: { name: "redis" } })).toEqual({ body: "an object" });
  });

  it("must not have what its operation does not take", () => {
    expect(wrongIn("getFaults", { query: "a=1", body: {} })).toEqual({
      "query.a": "no such field; known are none",
      body: "none",
    });
  });

  it("must have each field of a query once, and encoded rightly", () => {
    expect(wrongIn("listRequests", { query: "limit=1&limit=2" })).toEqual({ "query.limit": "to be there once" });
    expect(wrongIn("getBreaker", { params: { name: "%zz" } })).toEqual({ "path.name": "UTF-8, percent-encoded" });
    expect(wrongIn("getBreaker", { params: { name: "a%00b" } })).toEqual({
      "path.name": "a breaker's name: 1 to 256 printable characters",
    });
  });

  it("cannot name an incident outside of their directory", () => {
    for (const id of ["..%2f..%2fetc", "..", "20261124T041530Z-..%2f..", "20261124T041530Z-1f9a%00", "."]) {
      expect(wrongIn("getIncident", { params: { id } }), id).toHaveProperty(["path.id"]);
    }
    expect(wrongIn("getIncident", { params: { id: "20261124T041530Z-1f9a3c" } })).toEqual({});
  });

  it("cannot be nested so deep that those who read it later would not come to its end", () => {
    const deep = JSON.parse(`${"[".repeat(30_000)}${"]".repeat(30_000)}`);
    const params = { flag: "limits" };
    expect(wrongIn("overrideFlag", { params, body: { value: deep } })).toEqual({ body: "JSON nested at most 16 deep" });
    expect(wrongIn("overrideFlag", { params, body: { value: { a: [{ b: 1 }] } } })).toEqual({});
  });

  it("keeps a field called __proto__ a field", () => {
    const body = JSON.parse('{ "action": "close", "__proto__": { "x": 1 } }');
    expect(wrongIn("actOnBreaker", { params: { name: "redis" }, body })).toEqual({
      "body.__proto__": "no such field; known are action",
    });
    expect(wrongIn("listFlags", { query: "__proto__=1" })).toHaveProperty(["query.__proto__"]);
  });

  it("whatever it is, is either handed on or told what is wrong, and never echoes a value", () => {
    const secret = "s3cr3t-v4lue";
    const json = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        fc.constant(secret),
        fc.jsonValue(),
        fc.dictionary(
          fc.oneof(fc.constantFrom("value", "action", "injectors", "expiresIn", "name"), fc.string()),
          tie("any"),
        ),
      ),
    })).any;
    const query = fc
      .array(fc.tuple(fc.oneof(fc.constantFrom("limit", "state", "types"), fc.string()), fc.string()))
      .map((pairs) => {
        return new URLSearchParams([...pairs, ["limit", secret]]).toString();
      });
    const params = fc.record({ name: fc.string(), flag: fc.string(), id: fc.string() }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.constantFrom(...endpoints), json, query, params, (endpoint, body, search, all) => {
        const names = Object.keys(endpoint.params?.properties ?? {});
        const given = Object.fromEntries(names.map((name) => [name, (all as Record<string, string>)[name] ?? "x"]));
        const checked = validate(endpoint, { params: given, query: search, body, caller: operator });
        expect(isProblem(checked)).toBe(true);
        const { problems = [], detail } = checked as Problem;
        expect(problems.length).toBeGreaterThan(0);
        expect(problems.length).toBeLessThanOrEqual(20);
        for (const { path, allowed } of problems) expect(path && allowed && path.length <= 200).toBeTruthy();
        expect(JSON.stringify({ detail, allowed: problems.map(({ allowed }) => allowed) })).not.toContain(secret);
      }),
    );
  });
});

describe("a path", () => {
  const idOf = (method: string, path: string): unknown => {
    const routed = route(endpoints, method, path);
    if (routed === undefined) return undefined;
    return "allow" in routed ? routed.allow : [routed.endpoint.id, routed.params];
  };

  it("leads to its operation, with its parameters as they were sent", () => {
    expect(idOf("GET", "/debug/mw/flags")).toEqual(["listFlags", {}]);
    expect(idOf("PUT", "/debug/mw/flags/new%2Fpricing")).toEqual(["overrideFlag", { flag: "new%2Fpricing" }]);
    expect(idOf("POST", "/debug/mw/circuit-breaker/snapshot")).toEqual(["snapshotBreakers", {}]);
  });

  it("tells which methods it knows", () => {
    expect(idOf("PATCH", "/debug/mw/flags/a")).toEqual(["GET", "PUT", "DELETE"]);
    expect(idOf("DELETE", "/healthz")).toEqual(["GET"]);
  });

  it("is taken as it is: nothing in it is made to go up, or to be shorter", () => {
    for (const path of [
      "/debug/mw/../mw/flags",
      "//debug/mw/flags",
      "/debug/mw/flags/",
      "/debug/mw/flags//",
      "/DEBUG/mw/flags",
      "/debug%2Fmw%2Fflags",
      "",
      "debug/mw/flags",
    ]) {
      expect(idOf("GET", path), path).toBeUndefined();
    }
  });
});
