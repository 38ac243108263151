import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server } from "node:net";
import { parseStack, type Sop } from "@sop/core";
import { errorOf, textOf } from "../../http/stack.js";
import { type Actor, actorOf, stepOf } from "./actor.js";
import type { RaceBook } from "./race-book.js";

const MAX_PORTS = 1_000;
const MAX_CHECKS = 64;
/** Milliseconds for which a port that was found free is believed to be so. */
const BELIEVED = 60_000;

interface Listening {
  readonly server: Server;
  readonly options?: { readonly port?: unknown };
  readonly error?: { readonly code?: unknown };
}

/** Of one port: who found it free, and who has it. */
interface Port {
  readonly checks: Map<object, { readonly actor: Actor; readonly at: number; readonly by: string | undefined }>;
  holder: { readonly actor: Actor | undefined; readonly server: Server; readonly at: number } | undefined;
}

/** `by`: the file that called `listen`. */
interface Start {
  readonly port: number;
  readonly actor: Actor | undefined;
  readonly by: string | undefined;
}

const CHANNELS = ["asyncStart", "asyncEnd", "error"].map((event) => `tracing:net.server.listen:${event}`);

/**
 * Watches the ports that are listened at, through Node's diagnostics channels, for those that a context found to be free, by listening at them
 * for a moment, and then could not have any more. Returns a function that ends it.
 */
export function watchPorts(sop: Sop, book: RaceBook): () => void {
  const ports = new Ports(sop, book);
  const [started, ended, failed] = CHANNELS as [string, string, string];
  const listeners: readonly (readonly [string, (message: unknown) => void])[] = [
    [started, (message) => ports.started(message as Listening)],
    [ended, (message) => ports.listens(message as Listening)],
    [failed, (message) => ports.failed(message as Listening)],
  ];
  for (const [name, listener] of listeners) subscribe(name, listener);
  return () => {
    for (const [name, listener] of listeners) unsubscribe(name, listener);
  };
}

class Ports {
  readonly #sop: Sop;
  readonly #book: RaceBook;
  readonly #ports: Map<number, Port> = new Map();
  readonly #starts: WeakMap<Server, Start> = new WeakMap();

  constructor(sop: Sop, book: RaceBook) {
    this.#sop = sop;
    this.#book = book;
  }

  started({ server, options }: Listening): void {
    const actor = actorOf(this.#sop);
    if (actor) this.#starts.set(server, { port: Number(options?.port) || 0, actor, by: caller() });
  }

  listens({ server }: Listening): void {
    const start = this.#starts.get(server);
    const address = server.address();
    const number = start?.port || (typeof address === "object" ? address?.port : undefined);
    if (!number) return;
    const port = this.#port(number);
    const actor = start?.actor;
    const at = Date.now();
    port.holder = { actor, server, at };
    // Whoever lets go of it has found it free.
    server.once("close", () => {
      if (port.holder?.server === server) port.holder = undefined;
      if (!actor) return;
      port.checks.delete(actor.token);
      port.checks.set(actor.token, { actor, at: Date.now(), by: start.by });
      const [oldest] = port.checks.keys();
      if (port.checks.size > MAX_CHECKS && oldest) port.checks.delete(oldest);
    });
  }

  failed({ server, error }: Listening): void {
    const start = this.#starts.get(server);
    if (!start?.actor || error?.code !== "EADDRINUSE") return;
    const { actor } = start;
    const { checks, holder } = this.#port(start.port);
    const check = checks.get(actor.token);
    const now = Date.now();
    if (!check || now - check.at > BELIEVED || holder?.actor?.token === actor.token) return;
    // A package that looks for a port tries one several times: that is a look, and no use of what it found.
    if (check.by === start.by && check.by?.includes("node_modules")) return;
    checks.delete(actor.token);
    const between = holder?.actor && holder.at >= check.at ? [stepOf(holder.actor, "use", holder.at)] : [];
    const steps = [stepOf(check.actor, "check", check.at), ...between, stepOf(actor, "use_failed", now)];
    this.#book.addIfHarmed(
      { kind: "time_of_check_to_time_of_use", store: "port", key: String(start.port), steps },
      actor.context,
      now,
    );
  }

  #port(number: number): Port {
    const known = this.#ports.get(number);
    if (known) this.#ports.delete(number);
    const port = known ?? { checks: new Map(), holder: undefined };
    this.#ports.set(number, port);
    const [oldest] = this.#ports.keys();
    if (this.#ports.size > MAX_PORTS && oldest !== undefined) this.#ports.delete(oldest);
    return port;
  }
}

/** The file whose code runs, below Node's own. */
function caller(): string | undefined {
  return parseStack(textOf(errorOf(16)))
    .map(({ file }) => file)
    .find((file) => !file.startsWith("node:") && file !== OWN);
}

const OWN = parseStack(textOf(errorOf(1)))[0]?.file;
