/** What the fixture servers of all adapters have in common. README.md lists the routes that a fixture has. */
import { EventEmitter } from "node:events";
import { stat } from "node:fs";
import { Readable } from "node:stream";
import { setTimeout as after } from "node:timers/promises";
import { type Sop, SopError, type SopOptions } from "@sop/core";
import type { FixtureState } from "./fixture/state.js";

/** The options of the fixture's Sop, those of the audit included. */
export const options: SopOptions = {
  service: "fixture",
  logLevel: "silent",
  ...(JSON.parse(process.env["SOP_FIXTURE_OPTIONS"] ?? "{}") as SopOptions),
};

/** Whether the fixture is to call `drain(sop)` of `@sop/node/drain`, or what its adapter has in its place. */
export const isLossless: boolean = process.env["SOP_FIXTURE_LOSSLESS"] === "1";

/** Where to listen, on 127.0.0.1. */
export const port: number = Number(process.env["PORT"] ?? 0);

const cyclic = new Error("cyclic secret");
cyclic.cause = new Error("inner secret", { cause: cyclic });

/** What `/throw/:kind` throws; `http500`, the framework's own error, is the fixture's to add. */
export const THROWN: Readonly<Record<string, () => unknown>> = {
  error: () => new Error("secret"),
  string: () => "secret",
  null: () => null,
  frozen: () => Object.freeze({ a: 1 }),
  getter: () => ({
    get message(): string {
      throw new Error("secret getter");
    },
  }),
  cyclic: () => cyclic,
  overload: () => Object.assign(new SopError("SOP_OVERLOAD", "secret limit"), { retryAfter: 1_500 }),
};

const fail = (): never => {
  throw new Error("secret");
};

/** Failures that no framework catches, by the route that starts them; the handler itself never answers. */
export const UNCAUGHT: Readonly<Record<string, () => void>> = {
  timer: () => void setTimeout(fail, 1),
  fs: () => stat(".", fail),
  emitter: () => void setImmediate(() => new EventEmitter().emit("error", new Error("secret"))),
  stream: () => void new Readable({ read: () => undefined }).destroy(new Error("secret")),
  nexttick: () => process.nextTick(fail),
  unhandled: () => void Promise.reject(new Error("secret")),
};

/** A call that nobody waits for, and that fails when its request was answered long ago. */
export async function forgotten(): Promise<void> {
  await after(20);
  fail();
}

/** Waits as long as a request of `/items/:id` does: 0 to 5 ms. */
export function aMoment(): Promise<void> {
  return after(Math.random() * 5);
}

/** What the handler of `/guarded/:kind` does: `fail` throws, `hang` never ends, anything else gives `ok`. */
export async function attempt(kind: string): Promise<string> {
  if (kind === "fail") fail();
  if (kind === "hang") await new Promise(() => undefined);
  return "ok";
}

/** What the handler of `/dependency/:kind` does: as that of `/guarded/:kind`, through the breaker `dependency`. */
export function dependency(sop: Sop, kind: string): Promise<string> {
  return sop.breaker("dependency").execute(() => attempt(kind));
}

/** The chunks of `/stream-ok`. */
export async function* chunks(): AsyncGenerator<string> {
  for (let i = 0; i < 5; i++) {
    yield `chunk ${i}\n`;
    await after(3);
  }
}

let open: () => void;

/** What the requests of `/gate/:id` wait for, and what `POST /gate` does. */
export const gate: { readonly opened: Promise<void>; open(): void } = {
  opened: new Promise((resolve) => {
    open = resolve;
  }),
  open: () => open(),
};

/** Ends the process by its memory. */
export function exhaustMemory(): never {
  const kept: unknown[] = [];
  for (;;) kept.push(new Array(1e6).fill({}));
}

/** The answer of `GET /state`. */
export function stateOf(sop: Sop): FixtureState {
  const { incident } = sop;
  return {
    metrics: sop.metrics(),
    signals: sop.signals(),
    requests: sop.requests().length,
    state: sop.state,
    // Never the incident itself: what was thrown may not be serializable.
    ...(incident && { incident: { id: incident.id, triggers: incident.triggers.map(({ kind }) => kind) } }),
  };
}

interface Upgrading {
  on(event: "upgrade", listener: (request: unknown, socket: Duplex) => void): unknown;
}

type Duplex = NodeJS.ReadWriteStream;

/** Takes every upgrade, and echoes what comes. */
export function echoUpgrades(server: Upgrading): void {
  server.on("upgrade", (_request, socket) => {
    socket.on("error", () => undefined);
    socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n");
    socket.pipe(socket);
  });
}

/** Tells the audits where the fixture listens. */
export function listening(at: number): void {
  console.log(JSON.stringify({ port: at }));
}
