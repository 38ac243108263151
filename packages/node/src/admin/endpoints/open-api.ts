import type { TSchema } from "@sinclair/typebox";
import { CODES, type PlaneCode } from "../codes.js";
import { wordsOf } from "./allowed.js";
import type { AnswerKind, Endpoint } from "./endpoint.js";

const PROBLEM = "application/problem+json";
const JSON_TYPE = "application/json";

/** Any JSON document. */
type Doc = Readonly<Record<string, unknown>>;

/** What every guarded operation may be refused with. */
const COMMON: readonly PlaneCode[] = [
  "SOP_ERR_REQUEST",
  "SOP_ERR_UNAUTHORIZED",
  "SOP_ERR_FORBIDDEN",
  "SOP_ERR_SLOW",
  "SOP_ERR_TOO_LARGE",
  "SOP_ERR_MEDIA_TYPE",
  "SOP_ERR_RATE",
  "SOP_ERR_BLOCKED",
];

/** Who may call without a token may still send what is no HTTP, too much or too slowly. */
const FOR_ANYONE: readonly PlaneCode[] = ["SOP_ERR_REQUEST", "SOP_ERR_FORBIDDEN", "SOP_ERR_SLOW", "SOP_ERR_RATE"];

const LIMITS: Readonly<Record<string, string>> = {
  snapshot: "5 calls a minute for each address",
  evidence: "bounded for all callers together",
};

/** The OpenAPI 3.1 document of endpoints: made of the definitions that check requests. */
export function openApi(endpoints: readonly Endpoint[], version: string): Doc {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(endpoint) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "SOP admin plane",
      version,
      summary: "Asks a running service what it does, and changes what it does.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "http://127.0.0.1:9320", description: "Loopback; beyond it HTTPS with mutual TLS." }],
    security: [{ token: [] }, { bearer: [] }, { token: [], mutualTls: [] }, { bearer: [], mutualTls: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: "apiKey", in: "header", name: "X-Admin-Token" },
        bearer: { type: "http", scheme: "bearer" },
        mutualTls: { type: "mutualTLS", description: "Required beside a token wherever the plane is not on loopback." },
      },
      schemas: { Problem: PROBLEM_SCHEMA },
    },
  };
}

const PROBLEM_SCHEMA: Doc = {
  type: "object",
  description: "A problem document (RFC 9457).",
  required: ["type", "title", "status", "code", "detail"],
  properties: {
    type: { const: "about:blank" },
    title: { type: "string" },
    status: { type: "integer", minimum: 400, maximum: 599 },
    code: { type: "string", enum: Object.keys(CODES) },
    detail: { type: "string", description: "What is wrong, and what to do." },
    problems: {
      type: "array",
      maxItems: 20,
      description: "Everything that is wrong with a request.",
      items: {
        type: "object",
        required: ["path", "allowed"],
        properties: { path: { type: "string" }, allowed: { type: "string" } },
      },
    },
  },
};

function operationOf(endpoint: Endpoint): Doc {
  const { id, summary, about, role, limit, body, examples = [] } = endpoint;
  return {
    operationId: id,
    summary,
    ...(about !== undefined && { description: about }),
    "x-role": role,
    ...(limit !== undefined && { "x-limit": LIMITS[limit] }),
    ...(role === "anyone" && { security: [] }),
    parameters: [...parametersOf("path", endpoint.params), ...parametersOf("query", endpoint.query)],
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: {
          [JSON_TYPE]: {
            schema: plain(body),
            ...(examples.length > 0 && {
              examples: Object.fromEntries(examples.map((value, i) => [`example${i + 1}`, { value }])),
            }),
          },
        },
      },
    }),
    responses: responsesOf(endpoint),
  };
}

function parametersOf(place: "path" | "query", schema: TSchema | undefined): Doc[] {
  const properties: Readonly<Record<string, TSchema>> = schema?.["properties"] ?? {};
  const required: readonly string[] = schema?.["required"] ?? [];
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = plain(property) as Doc;
    return {
      name,
      in: place,
      required: required.includes(name),
      ...(description !== undefined && { description }),
      ...(property["type"] === "array" && { style: "form", explode: false }),
      schema: rest,
    };
  });
}

function responsesOf({ answers, role, kind, refuses = [] }: Endpoint): Doc {
  const codes = [...(role === "anyone" ? FOR_ANYONE : COMMON), ...refuses, ...(kind === "command" ? LATE : [])];
  const byStatus = new Map<string, { about: string[]; content: Record<string, unknown> }>();
  for (const [status, { about, schema, type, also, example }] of Object.entries(answers) as [string, AnswerKind][]) {
    const body = {
      schema: schema === undefined ? { type: "string" } : plain(schema),
      ...(example !== undefined && { example }),
    };
    byStatus.set(status, {
      about: [about],
      content: {
        [type?.split(";")[0] ?? JSON_TYPE]: body,
        ...(also !== undefined && { [also]: { schema: { type: "string" } } }),
      },
    });
  }
  for (const code of codes) {
    const status = String(CODES[code].status);
    const response = byStatus.get(status) ?? { about: [], content: {} };
    response.about.push(`\`${code}\``);
    response.content[PROBLEM] = { schema: { $ref: "#/components/schemas/Problem" } };
    byStatus.set(status, response);
  }
  const sorted = [...byStatus].sort(([a], [b]) => Number(a) - Number(b));
  return Object.fromEntries(
    sorted.map(([status, { about, content }]) => [status, { description: about.join(" "), content }]),
  );
}

/** Of a command that was begun and did not end in time, or that failed. */
const LATE: readonly PlaneCode[] = ["SOP_TIMEOUT", "SOP_PANIC"];

/** A schema as JSON, without what only our own checks understand. */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== "object" || schema === null) return schema;
  const words = wordsOf(schema as TSchema);
  const { anyOf, ...rest } = schema as Doc;
  const said = words ? { type: "string", enum: words, ...rest } : schema;
  const entries = Object.entries(said).filter(([key]) => !key.startsWith("x-"));
  return Object.fromEntries(entries.map(([key, value]) => [key, plain(value)]));
}
