import { relative, sep } from "node:path";
import type { Recorded } from "./recorded.js";

/** The name of the file that has the body where the test itself cannot show it. */
export const BODY_FILE = "request.body";

const MAX_SHOWN = 4_096;

/** The text of `repro.test.ts`, which lies in `dir`. */
export function renderTest({ incident, entry, request, isShortened, summary }: Recorded, dir: string): string {
  const { cwd } = incident.process;
  const { method, path, headers = [], body, end = "complete" } = request;
  const shown = textOf(body);
  const isCrash = incident.triggers.some(({ kind }) => kind === "uncaughtException" || kind === "unhandledRejection");
  const outcome = isCrash ? "is answered, and the service lives on" : "does not fail";
  const name = `${method} ${incident.trigger.route ?? path} ${outcome}`;
  const lines = [
    `// Incident ${incident.id} of ${oneLine(incident.service)}: ${oneLine(summary)}`,
    "// It fails for as long as that is so, and passes when it is mended. What was secret in the request is `*` here.",
    ...(isShortened ? ["// The body was longer than what was recorded of it."] : []),
    ...(shown === undefined ? ['import { readFileSync } from "node:fs";'] : []),
    'import { join } from "node:path";',
    'import { startService } from "@sop/lab";',
    'import { expect, onTestFinished, test } from "vitest";',
    "",
    `const cwd = join(import.meta.dirname, ${quote(posix(relative(dir, cwd)))});`,
    "",
    "const request = {",
    `  method: ${quote(method)},`,
    `  path: ${quote(path)},`,
    "  headers: [",
    ...headers.map(([header, value]) => `    [${quote(header)}, ${quote(value)}],`),
    "  ],",
    ...renderBody(shown, body.length),
    `  end: ${quote(end)},${MEANING[end]}`,
    "} as const;",
    "",
    `test(${quote(name)}, async () => {`,
    '  const env = { SOP_CONFIG: join(import.meta.dirname, "sop.yaml") };',
    `  const service = await startService(${quote(posix(relative(cwd, entry)))}, { cwd, env });`,
    "  onTestFinished(() => service.stop());",
    "",
    "  const { status } = await service.send(request);",
    "",
    '  expect((await service.crashed())?.message, "what the service did not catch").toBeUndefined();',
    // Whether the request is refused with a 4xx or fails by an error that is caught, is not what a crash is about.
    `  expect(status, "the status of the answer").${isCrash ? "toBeDefined()" : "toBeLessThan(500)"};`,
    "}, 60_000);",
  ];
  return `${lines.join("\n")}\n`;
}

const MEANING = {
  complete: "",
  cut: " // the client leaves in the middle of it",
  open: " // the rest was still to come when it failed",
} as const;

function renderBody(shown: string | undefined, length: number): string[] {
  if (length === 0) return [];
  if (shown === undefined) return [`  body: readFileSync(join(import.meta.dirname, ${quote(BODY_FILE)})),`];
  const lines = shown.split("\r\n").map((line) => `    ${quote(line)},`);
  return lines.length === 1 ? [`  body: ${quote(shown)},`] : ["  body: [", ...lines, '  ].join("\\r\\n"),'];
}

/** A body as text where it is short, and every byte of it can be read as such. */
export function textOf(body: Buffer): string | undefined {
  if (body.length > MAX_SHOWN) return undefined;
  const text = body.toString("utf8");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what a person cannot read.
  const isReadable = !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]/.test(text);
  return isReadable ? text : undefined;
}

/** A string literal of JavaScript; it cannot end before its end, whatever was recorded. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
}

function posix(path: string): string {
  return path.split(sep).join("/") || ".";
}

function oneLine(text: string): string {
  return text.replace(/[\s\u2028\u2029]+/g, " ");
}
