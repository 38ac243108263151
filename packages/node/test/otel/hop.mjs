// One service of two: `/front` calls `/back` of the other through `sop.fetch`. Its mode says what traces it: `none`, the SDK alone
// (`sdk`), that and undici's instrumentation (`undici`), or those of undici and of http.
import { once } from "node:events";
import { createRequire } from "node:module";
import { context, propagation, ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { openNodeExchange, writeNodeReply } from "@sop/core";
import { createSop } from "@sop/node";

const [mode, upstream] = process.argv.slice(2);
const exporter = new InMemorySpanExporter();

if (mode !== "none") {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
}
if (mode === "undici" || mode === "http") new UndiciInstrumentation();
if (mode === "http") new HttpInstrumentation({ ignoreIncomingRequestHook: ({ url }) => url === "/spans" });

// By `require`, where an instrumentation waits for it.
const { createServer } = createRequire(import.meta.url)("node:http");
const { log } = console;
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const sop = createSop({ service: "hop", logger: silent, config: false, forensics: false, drain: false });
const life = sop.lifecycle({ name: "http", route: (response) => response.req.url, respond: writeNodeReply });

const HANDLERS = {
  "/front": async ({ traceId, spanId }) => {
    const answer = await sop.fetch(`${upstream}/back`);
    return { traceId, spanId, back: await answer.json() };
  },
  "/redirected": async () => ({ back: await (await sop.fetch(`${upstream}/moved`)).json() }),
  "/back": async ({ traceId, spanId }, request) => ({ traceId, spanId, traceparent: request.headers.traceparent }),
  "/panic": async () => {
    throw new TypeError("password=hunter2 is wrong");
  },
  "/slow": () => new Promise(() => {}),
  "/spans": async () =>
    exporter.getFinishedSpans().map((span) => {
      const { name, kind, attributes, status, events, parentSpanContext } = span;
      const { traceId, spanId } = span.spanContext();
      return { traceId, spanId, parent: parentSpanContext?.spanId, name, kind, attributes, status, events };
    }),
};

function handle(request, response) {
  const exchange = openNodeExchange(life, request, response);
  life.admit(exchange);
  life
    .run(exchange, () => HANDLERS[request.url](exchange, request))
    .then(
      (body) => response.end(JSON.stringify(body)),
      (error) => writeNodeReply(response, life.fail(exchange, error)),
    );
}

const isManual = mode === "sdk" || mode === "undici";
const tracer = trace.getTracer("hop");

const server = createServer((request, response) => {
  if (request.url === "/moved") return response.writeHead(307, { location: "/back" }).end();
  if (!isManual || request.url === "/spans") return handle(request, response);
  const parent = propagation.extract(ROOT_CONTEXT, request.headers);
  return tracer.startActiveSpan("server", { kind: SpanKind.SERVER }, parent, (span) => {
    response.on("close", () => span.end());
    handle(request, response);
  });
});
await once(server.listen(0, "127.0.0.1"), "listening");
log(JSON.stringify({ port: server.address().port }));
process.on("disconnect", () => process.exit());
