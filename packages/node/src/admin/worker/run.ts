import type { SecureContextOptions } from "node:tls";
import type { MessagePort } from "node:worker_threads";
import { AuditTrail } from "../audit.js";
import { endpoints } from "../endpoints/index.js";
import { RENEWED } from "../endpoints/parts.js";
import { Limits } from "../guard/limits.js";
import { Tokens } from "../guard/tokens.js";
import type { ToMain, ToWorker, WorkerStart } from "../link/messages.js";
import { Pulse } from "../link/pulse.js";
import { evidenceOf } from "./evidence.js";
import { addressOf, Gate } from "./gate.js";
import { Handler } from "./handler.js";
import { health, readiness } from "./health.js";
import { InspectorGuard } from "./inspector-guard.js";
import { listenInTheEnd } from "./listen-in-the-end.js";
import { Listener } from "./listener.js";
import { MainThread } from "./main-thread.js";
import { Scrapes } from "./scrapes.js";
import { STREAM_BOUNDS, Streams } from "./streams.js";
import { followTlsFiles, readTlsFiles } from "./tls-files.js";

const RENEW = 2_000;
const LOOK = 100;
const HEARTBEAT = 15_000;
const FLUSH = 10_000;

/** Runs the listener in this thread, and talks with the main one through `port`. */
export function run({ settings, incidents, pulse: cells }: WorkerStart, port: MessagePort): void {
  const send = (message: ToMain): void => port.postMessage(message);
  const now = (): number => performance.now();
  const pulse = new Pulse(cells, now);
  const main = new MainThread(send);
  const streams = new Streams({ ...STREAM_BOUNDS, maxListeners: settings.maxListeners }, (isOn, after) =>
    send({ kind: "follow", isOn, after }),
  );
  const audit = new AuditTrail((records) => send({ kind: "audit", records }));
  const tokens = new Tokens(settings.token, settings.viewerToken);
  const limits = new Limits(now);
  const scrapes = new Scrapes(main, pulse);
  const handler = new Handler({
    settings,
    incidents,
    endpoints,
    open: {
      getHealth: () => health(pulse),
      getReadiness: () => readiness(pulse),
      getMetrics: ({ headers }) => scrapes.answer(headers.accept),
    },
    tokens,
    gate: new Gate(settings, tokens, limits),
    limits,
    main,
    streams,
    evidence: evidenceOf(main, pulse),
    inspector: new InspectorGuard(),
    refused: (record) => audit.refused(record),
    failed(operation, error) {
      const stack = error instanceof Error ? error.stack : String(error);
      send({ kind: "tell", level: "error", fields: { operation, err: { stack } }, text: "admin: a request failed" });
    },
  });

  port.on("message", (message: ToWorker) => {
    if (message.kind === "events") streams.push(message.events, message.isBacklog);
    else if (message.kind === "end") streams.end();
    else main.receive(message);
  });
  setInterval(() => pulse.look(), LOOK);
  setInterval(() => void main.parts(RENEWED), RENEW);
  setInterval(() => streams.heartbeat(), HEARTBEAT);
  setInterval(() => audit.flush(), FLUSH);

  let used: SecureContextOptions | undefined;
  const make = (): Listener => {
    used = settings.tls && readTlsFiles(settings.tls);
    return new Listener(settings, used, {
      handle: (request, response, proceed) => handler.handle(request, response, proceed),
      refused: (reason, status, socket) =>
        audit.refused({
          at: Date.now(),
          outcome: "refused",
          operation: "none",
          status,
          reason,
          identity: "unknown",
          address: addressOf({ socket }),
        }),
    });
  };

  void listenInTheEnd(make, settings, send).then((listener) => {
    void main.parts(RENEWED);
    if (!settings.tls || !used) return;
    const tell = (level: "info" | "warn", text: string): void => send({ kind: "tell", level, fields: {}, text });
    followTlsFiles(
      settings.tls,
      used,
      new AbortController().signal,
      (renewed) => {
        listener.renew(renewed);
        // Who is no longer trusted must not go on listening.
        streams.end();
        tell("info", "admin: uses new certificates");
      },
      (wrong) => tell("warn", `admin: goes on with the certificates it has: ${wrong}`),
    );
  });
}
