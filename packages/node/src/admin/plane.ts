import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type { Sop } from "@sop/core";
import { type AdminFile, issuerOf, removeAdminFile, urlOf, writeAdminFile } from "./admin-file.js";
import type { AuditRecord } from "./audit.js";
import { commands } from "./endpoints/desk/commands.js";
import { type Desk, openDesk } from "./endpoints/desk/desk.js";
import { tasks } from "./endpoints/desk/tasks.js";
import { DeskLink } from "./link/desk-link.js";
import type { ToMain, ToWorker, WorkerStart } from "./link/messages.js";
import { beat, makePulse } from "./link/pulse.js";
import { metricsSource } from "./metrics-source.js";
import type { AdminSettings, MetricsRegistry } from "./options.js";

/** A running admin plane. */
export interface AdminPlane {
  /** Where it listens: `http://127.0.0.1:9320`; `undefined` until it does. */
  readonly url: string | undefined;
  /** What operators send as `X-Admin-Token`. */
  readonly token: string;
  /** Fulfilled when it listens; rejected where it cannot, after which it goes on trying. */
  readonly ready: Promise<void>;
  /** Ends it. */
  close(): void;
}

/** Enough for the code, and for what waits for slow callers; a thread that needs more ends, and not the service. */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 2, stackSizeMb: 2 };
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/** Runs the listener in a thread beside the main one, so that it answers while that is blocked. */
export class Plane implements AdminPlane {
  readonly token: string;
  readonly ready: Promise<void>;
  readonly #sop: Sop;
  readonly #settings: AdminSettings;
  readonly #incidents: string | undefined;
  readonly #desk: Desk;
  readonly #link: DeskLink;
  readonly #pulse = makePulse();
  readonly #undo: (() => void)[] = [];
  #settle: { resolve(): void; reject(error: Error): void } = { resolve() {}, reject() {} };
  #worker: Worker | undefined;
  #file: AdminFile | undefined;
  #port: number;
  #pause = FIRST_PAUSE;
  #startedAt = 0;
  #isClosed = false;

  constructor(
    sop: Sop,
    settings: AdminSettings,
    { registry, incidents }: { registry: MetricsRegistry | undefined; incidents: string | undefined },
  ) {
    this.#sop = sop;
    this.#settings = settings;
    this.#incidents = incidents;
    this.#port = settings.port;
    this.token = settings.token ?? randomBytes(32).toString("base64url");
    this.ready = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Who does not wait for it has it in the log.
    this.ready.catch(() => {});
    this.#desk = openDesk(sop, undefined, { incidents, inspector: settings.inspector });
    this.#link = new DeskLink({
      desk: this.#desk,
      commands: { ...commands, ...tasks },
      scrape: metricsSource(sop, registry),
      send: (message) => this.#send(message),
      audit: (record) => this.#audit(record),
    });
    const exit = (): void => this.#removeFile();
    process.on("exit", exit);
    this.#undo.push(
      beat(this.#pulse, () => sop.state),
      sop.observe({ name: "admin", drained: () => this.#link.end() }),
      () => process.off("exit", exit),
    );
    // After the turn in which the service is made: it is not kept waiting.
    setImmediate(() => this.#start()).unref();
  }

  get url(): string | undefined {
    return this.#file?.url;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#link.stop();
    this.#desk.close();
    for (const undo of this.#undo) undo();
    this.#removeFile();
    this.#settle.reject(new Error("the admin plane was closed"));
    void this.#worker?.terminate();
  }

  #start(): void {
    if (this.#isClosed) return;
    const { token } = this;
    const workerData: WorkerStart = {
      sopAdmin: true,
      settings: { ...this.#settings, port: this.#port, token },
      incidents: this.#incidents,
      pulse: this.#pulse,
    };
    try {
      const file = createRequire(import.meta.url).resolve("@sop/node/admin/worker");
      // Nothing of how the process was started applies to it: neither preloaded modules nor the environment.
      const worker = new Worker(file, { workerData, name: "sop-admin", resourceLimits: LIMITS, execArgv: [], env: {} });
      worker.on("message", (message: ToMain) => this.#receive(message));
      let reason: unknown;
      worker.on("error", (error) => {
        reason = error;
      });
      worker.on("exit", () => this.#ended(worker, reason));
      worker.unref();
      this.#worker = worker;
      this.#startedAt = performance.now();
    } catch (error) {
      this.#sop.log.error({ err: error }, "admin: its thread cannot be started, the service runs without");
      this.#settle.reject(error as Error);
    }
  }

  #receive(message: ToMain): void {
    if (this.#isClosed || this.#link.receive(message)) return;
    const { log } = this.#sop;
    if (message.kind === "audit") for (const record of message.records) this.#audit(record);
    else if (message.kind === "tell") log[message.level](message.fields, message.text);
    else if (message.kind === "listening") this.#listening(message.port);
    else if (message.kind === "unable") {
      const { host, port } = this.#settings;
      log.error({ host, port, code: message.code }, `admin: cannot listen, the service runs without: ${message.text}`);
      this.#settle.reject(Object.assign(new Error(message.text), { code: message.code }));
    }
  }

  #listening(port: number): void {
    const { tls, token, dir } = this.#settings;
    this.#port = port;
    const ca = tls && issuerOf(tls);
    this.#file = {
      url: urlOf(this.#settings, port),
      ...(token === undefined && { token: this.token }),
      pid: process.pid,
      service: this.#sop.service,
      ...(ca && { ca }),
    };
    try {
      writeAdminFile(dir, this.#file);
    } catch (error) {
      this.#sop.log.warn(
        { err: error, dir },
        "admin: admin.json could not be written; commands need --addr and a token",
      );
    }
    this.#sop.log.info({ url: this.#file.url }, "admin: listens");
    this.#settle.resolve();
  }

  #ended(worker: Worker, reason: unknown): void {
    if (this.#worker !== worker || this.#isClosed) return;
    this.#worker = undefined;
    this.#link.stop();
    if (performance.now() - this.#startedAt > LONGEST_PAUSE) this.#pause = FIRST_PAUSE;
    // Once: what ends it again and again would fill the log.
    if (this.#pause === FIRST_PAUSE)
      this.#sop.log.error({ err: reason }, "admin: its thread ended, and is started again");
    setTimeout(() => this.#start(), this.#pause).unref();
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #audit(record: AuditRecord): void {
    const { operation, outcome } = record;
    this.#sop.log.info({ audit: { ...record } }, `admin: ${operation} ${outcome}`);
    this.#desk.events.tell("audit", { ...record });
  }

  #send(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #removeFile(): void {
    if (this.#file) removeAdminFile(this.#settings.dir, this.#file);
  }
}
