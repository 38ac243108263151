/** A part of an OpenAPI document. */
// biome-ignore lint/suspicious/noExplicitAny: it is a document.
type Doc = any;

/** Statuses that not every operation has. */
const OWN = ["404", "409", "504"];

/** The OpenAPI document for people who read: one table of all operations, then each by itself. */
export function markdown(document: Doc): string {
  const all = Object.entries<Doc>(document.paths).flatMap(([path, methods]) => {
    return Object.entries<Doc>(methods).map(([method, operation]) => ({
      ...operation,
      call: `${method.toUpperCase()} ${path}`,
    }));
  });
  const rows = all.map(({ call, "x-role": role, summary }) => `| \`${call}\` | ${role} | ${cell(summary)} |`);
  return [
    "# Admin API",
    "",
    "Made from the OpenAPI document that the plane itself serves (`GET /openapi.json`): a test holds this page against it, and",
    "`pnpm exec vitest run --project node test/admin/endpoints/docs -u` renews it. How to reach the plane, and what guards it, is in",
    "[the guide](guides/admin.md).",
    "",
    "Every JSON answer has `live` and `asOf`: where the main thread of the service does not answer, `live` is false, and the figures are",
    "those last known, as of `asOf`. Whatever is refused is a problem document (RFC 9457) with one of [the codes](errors.md); one of",
    "`SOP_ERR_REQUEST` names every field that is wrong in `problems`. Durations are milliseconds or a text such as `30s`; times are",
    "milliseconds since 1970. Fields without a value are left out.",
    "",
    "Every guarded operation may be refused with 400, 401, 403, 408, 413, 415, 429 and 503, the codes of which are in that list.",
    "",
    "| operation | who | what |",
    "|---|---|---|",
    ...rows,
    ...all.flatMap(section),
    "",
  ].join("\n");
}

function section({
  call,
  summary,
  description,
  parameters,
  requestBody,
  responses,
  "x-role": role,
  "x-limit": limit,
}: Doc): string[] {
  const own = Object.entries<Doc>(responses).filter(
    ([status]) => OWN.includes(status) || (role === "anyone" && status === "503"),
  );
  return [
    "",
    `## \`${call}\``,
    "",
    `${summary}${description ? ` ${description}` : ""}`,
    "",
    `For: ${role === "anyone" ? "anyone, without a token" : role}.${limit ? ` At most ${limit}.` : ""}`,
    ...table(
      ["parameter", "in", "what"],
      parameters.map((one: Doc) => [`\`${one.name}\``, one.in, what(one.schema, one.description)]),
    ),
    ...(requestBody ? bodyOf(requestBody.content["application/json"]) : []),
    ...answerOf(responses["200"]),
    ...own.flatMap(([status, { description: about }]) => ["", `${status}: ${about}`]),
  ];
}

function bodyOf({ schema, examples }: Doc): string[] {
  const required: readonly string[] = schema.required ?? [];
  const rows = Object.entries<Doc>(schema.properties).map(([name, property]) => {
    return [`\`${name}\``, required.includes(name) ? "yes" : "no", what(property)];
  });
  const shown = Object.values<Doc>(examples ?? {}).map(({ value }) => JSON.stringify(value));
  return [
    ...table(["field of the body", "required", "what"], rows),
    ...(shown.length > 0 ? ["", "```json", ...shown, "```"] : []),
  ];
}

function answerOf({ content }: Doc): string[] {
  const { schema } = content["application/json"] ?? {};
  if (!schema?.properties) return [];
  const rows = Object.entries<Doc>(schema.properties)
    .filter(([name]) => name !== "live" && name !== "asOf")
    .map(([name, property]) => [`\`${name}\``, what(property)]);
  return table(["field of the answer", "what"], rows);
}

/** A type in a few words: `{ a, b }[]`. */
function kindOf(schema: Doc): string {
  if (schema.enum) return schema.enum.map((word: unknown) => `\`${word}\``).join(" ");
  if (schema.anyOf) return schema.anyOf.map(kindOf).join(" or ");
  if (schema.type === "array") return `list of ${kindOf(schema.items)}`;
  if (schema.properties) return `\`{ ${Object.keys(schema.properties).join(", ")} }\``;
  const range = schema.maximum === undefined ? "" : ` of ${schema.minimum} to ${schema.maximum}`;
  if (schema.const !== undefined) return `\`${schema.const}\``;
  return schema.type === undefined ? "any JSON" : `${schema.type}${range}`;
}

function what(schema: Doc, description: string | undefined = schema.description): string {
  const usual = schema.default === undefined ? "" : ` Default \`${schema.default}\`.`;
  return cell(`${kindOf(schema)}${description ? `. ${description}` : ""}${usual}`);
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return ["", line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)];
}
