// A service as a user has it: Fastify, the adapter, and an OpenTelemetry SDK of its own that pushes over OTLP. On a second port it is
// scraped, so that a scrape is no request of the service.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

const packages = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../packages");
const ofNode = createRequire(join(packages, "node/package.json"));
const ofFastify = createRequire(join(packages, "fastify/package.json"));
const { createSop } = ofNode("@sop/node");
const { metricProducer } = ofNode("@sop/node/otel");
const { prometheus } = ofNode("@sop/node/prometheus");
const { OTLPMetricExporter } = ofNode("@opentelemetry/exporter-metrics-otlp-http");
const { MeterProvider, PeriodicExportingMetricReader } = ofNode("@opentelemetry/sdk-metrics");
const { resourceFromAttributes } = ofNode("@opentelemetry/resources");
const fastify = ofFastify("fastify");
const { sop: plugin } = ofFastify("@sop/fastify");

const [, , port, scraped, collector] = process.argv;
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const sop = createSop({ service: "orders", logger: silent, config: false, forensics: false, drain: false });
const registry = prometheus(sop);
const provider = new MeterProvider({
  resource: resourceFromAttributes({ "service.name": "pushed" }),
  readers: [
    new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({ url: `${collector}/v1/metrics` }),
      exportIntervalMillis: 1_000,
      exportTimeoutMillis: 900,
      metricProducers: [metricProducer(sop)],
    }),
  ],
});

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const app = fastify();
app.register(plugin, sop);
app.register(async (routes) => {
  routes.all("/items/:id", async ({ params }) => {
    await pause(Number(params.id));
    return "ok";
  });
  routes.get("/missing", (_request, reply) => reply.code(404).send());
  routes.get("/broken", async () => {
    throw new TypeError("broken");
  });
  routes.get("/call", async () => {
    const answer = await sop.fetch(`http://127.0.0.1:${scraped}/`);
    return answer.text();
  });
});

createServer(async ({ url }, response) => {
  const text = url === "/metrics" ? await registry.metrics() : JSON.stringify({ inFlight: sop.metrics().inFlight });
  response.setHeader("content-type", registry.contentType).end(text);
}).listen(Number(scraped), "127.0.0.1");
await app.listen({ host: "127.0.0.1", port: Number(port) });
process.stdout.write("ready\n");
process.on("SIGTERM", () => provider.shutdown().finally(() => process.exit()));
