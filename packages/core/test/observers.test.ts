import { createSop, type Logger, type Observer } from "@sop/core";
import { describe, expect, test } from "vitest";
import { bench, recordingLogger } from "./support/fake.ts";

describe("an observer", () => {
  test("hears of a request from its opening to its end", () => {
    const heard: string[] = [];
    const observer: Observer = {
      opened: (context) => void heard.push(`opened ${context.route}`),
      panicked: (_context, panic) => void heard.push(`panicked ${panic.name}`),
      closed: (_context, status, duration) => void heard.push(`closed ${status} ${duration}`),
    };
    const b = bench({ observers: [observer] });
    const context = b.open();
    b.life.fail(context, new Error("x"), "auth");
    b.clock.advance(5);
    b.life.close(context, 503, "finished");
    expect(heard).toEqual(["opened /items/:id", "panicked auth", "closed 503 5"]);
  });

  test("that throws is reported once, dropped from all events, and harms no request", () => {
    const b = bench();
    let calls = 0;
    b.sop.observe({
      name: "bad",
      opened: () => {
        calls++;
        throw new Error("observer");
      },
      closed: () => {
        calls++;
      },
    });
    b.life.close(b.open(), 200, "finished");
    b.life.close(b.open(), 200, "finished");
    expect(calls).toBe(1);
    const reports = b.log.lines.filter((line) => line.level === "error");
    expect(reports).toHaveLength(1);
    expect(reports[0]?.fields).toMatchObject({ observer: "bad", event: "opened", err: { message: "observer" } });
  });

  test("that rejects is dropped too, instead of ending the process", async () => {
    const b = bench();
    let calls = 0;
    const reject = async () => {
      calls++;
      throw new Error("observer");
    };
    b.sop.observe({ name: "bad", opened: reject as Observer["opened"] & object });
    b.open();
    await new Promise((resolve) => setImmediate(resolve));
    b.open();
    expect(calls).toBe(1);
    expect(b.log.lines.filter((line) => line.level === "error")).toHaveLength(1);
  });

  test("that was taken away hears nothing more", () => {
    const b = bench();
    let calls = 0;
    const leave = b.sop.observe({ opened: () => void calls++ });
    b.open();
    leave();
    leave();
    b.open();
    expect(calls).toBe(1);
  });

  test("keeps its own this", () => {
    class Counter implements Observer {
      n = 0;
      opened(): void {
        this.n++;
      }
    }
    const counter = new Counter();
    bench({ observers: [counter] }).open();
    expect(counter.n).toBe(1);
  });
});

describe("a logger that throws", () => {
  const broken: Logger = {
    debug: fail,
    info: fail,
    warn: fail,
    error: fail,
  };

  test("is reported once and replaced by the console, and no line is lost", () => {
    const written: string[] = [];
    const { log } = console;
    console.log = (line: string) => void written.push(line);
    try {
      const sop = createSop({ service: "s", logger: broken, onCrash: "continue" });
      sop.log.error({ n: 1 }, "first");
      sop.log.error({ n: 2 }, "second");
      sop.dispose();
    } finally {
      console.log = log;
    }
    const lines = written.map((line) => JSON.parse(line));
    expect(lines.map(({ msg }) => msg)).toEqual(["logger dropped", "first", "second"]);
    expect(lines[1]).toMatchObject({ level: 50, service: "s", n: 1 });
  });

  test("leaves the reply as it is", () => {
    const b = bench({ logger: broken, logLevel: "silent" });
    expect(b.life.fail(b.open(), new Error("x"))?.status).toBe(503);
  });
});

function fail(): never {
  throw new Error("logger");
}

test("lines written in a request carry the request, and the line's own fields win", () => {
  const log = recordingLogger();
  const b = bench({ logger: log });
  const context = b.open({ "x-request-id": "r1" });
  context.log.info({ route: "own", n: 1 }, "hello");
  expect(log.lines).toEqual([
    {
      level: "info",
      message: "hello",
      fields: {
        request_id: "r1",
        trace_id: context.traceId,
        span_id: context.spanId,
        client_ip: "127.0.0.1",
        user_agent_hash: undefined,
        route: "own",
        n: 1,
      },
    },
  ]);
});
