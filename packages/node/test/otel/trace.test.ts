import { describe, expect, it } from "vitest";
import { type Hop, type Mode, startHop, type ToldSpan } from "./hops.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const traceparent = `00-${TRACE}-${CALLER}-01`;

async function twoHops(mode: Mode): Promise<{ front: Hop; back: Hop }> {
  const back = await startHop(mode);
  return { front: await startHop(mode, back.url), back };
}

interface Told {
  readonly traceId: string;
  readonly spanId: string;
}

interface Answer extends Told {
  readonly back: Told & { readonly traceparent: string };
}

const of = (spans: readonly ToldSpan[], kind: number): ToldSpan[] => spans.filter((span) => span.kind === kind);

describe("a trace goes on through sop.fetch", () => {
  it("without OpenTelemetry: in one trace, each request with ids of its own", async () => {
    const { front } = await twoHops("none");
    const { traceId, spanId, back } = (await (await front.get("/front", { traceparent })).json()) as Answer;
    expect([traceId, back.traceId]).toEqual([TRACE, TRACE]);
    expect(new Set([CALLER, spanId, back.spanId, back.traceparent.split("-")[2]]).size).toBe(4);
  });

  it("with the SDK alone: the caller's span is the parent of the called one's", async () => {
    const { front, back } = await twoHops("sdk");
    const answer = (await (await front.get("/front", { traceparent })).json()) as Answer;
    const [server] = await front.spans(1);
    const [called] = await back.spans(1);
    expect(server).toMatchObject({ traceId: TRACE, parent: CALLER, spanId: answer.spanId });
    expect(called).toMatchObject({ traceId: TRACE, parent: server?.spanId, spanId: answer.back.spanId });
    expect(answer.traceId).toBe(TRACE);
  });

  it.each(["undici", "http"] as const)(
    "with instrumentation (%s): through the span of the call itself",
    async (mode) => {
      const { front, back } = await twoHops(mode);
      const answer = (await (await front.get("/front", { traceparent })).json()) as Answer;
      const spans = await front.spans(2);
      const [server] = of(spans, 1);
      const [call] = of(spans, 2);
      const [called] = await back.spans(1);
      expect(server).toMatchObject({ traceId: TRACE, parent: CALLER, spanId: answer.spanId });
      expect(call).toMatchObject({ traceId: TRACE, parent: server?.spanId });
      expect(called).toMatchObject({ traceId: TRACE, parent: call?.spanId, spanId: answer.back.spanId });
      expect(answer.back.traceparent).toBe(`00-${TRACE}-${call?.spanId}-01`);
    },
  );

  it.each(["sdk", "undici", "http"] as const)("over a redirect too (%s)", async (mode) => {
    const { front } = await twoHops(mode);
    const { back } = (await (await front.get("/redirected", { traceparent })).json()) as Answer;
    expect(back.traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  });

  it("is a new one where the caller sent none", async () => {
    const { front, back } = await twoHops("http");
    const answer = (await (await front.get("/front")).json()) as Answer;
    const traces = [...(await front.spans(2)), ...(await back.spans(1))].map(({ traceId }) => traceId);
    expect(new Set([...traces, answer.traceId, answer.back.traceId]).size).toBe(1);
  });
});

describe.each(["sdk", "http"] as const)("the span of a server (%s)", (mode) => {
  it("tells a panic as an exception without the secrets of its message, and has failed", async () => {
    const hop = await startHop(mode);
    expect((await hop.get("/panic")).status).toBe(503);
    const [span] = await hop.spans(1);
    const [exception] = span?.events.filter(({ name }) => name === "exception") ?? [];
    expect(exception?.attributes).toEqual({
      "exception.type": "TypeError",
      "exception.message": "password=*** is wrong",
      "exception.stacktrace": expect.stringMatching(/^TypeError\n {4}at .*hop\.mjs:\d+:\d+/),
    });
    expect(JSON.stringify(span)).not.toContain("hunter2");
    const panic = span?.events.find(({ name }) => name === "sop.afterPanic");
    expect(panic?.attributes).toMatchObject({
      "http.route": "/panic",
      "code.stacktrace": expect.stringMatching(/hop\.mjs/),
    });
    expect(span?.status.code).toBe(2);
    // An instrumentation of http writes the status over it when the response is through.
    expect(span?.attributes["error.type"]).toBe(mode === "http" ? "503" : "TypeError");
  });

  it("has failed where the deadline passed, and tells it although no request is active in a timer", async () => {
    const hop = await startHop(mode);
    const answers = await Promise.all(
      [1, 2, 3].map(() => hop.get("/slow", { "x-envoy-expected-rq-timeout-ms": "50" })),
    );
    expect(answers.map(({ status }) => status)).toEqual([504, 504, 504]);
    for (const span of await hop.spans(3)) {
      expect(span.events.map(({ name }) => name)).toEqual(["sop.beforeHandler", "sop.timeoutExpired"]);
      expect(span.status.code).toBe(2);
      expect(span.attributes["error.type"]).toBe(mode === "http" ? "504" : "SOP_DEADLINE");
    }
  });
});
