import { once } from "node:events";
import { join } from "node:path";
import { type ForkedServer, forkServer } from "../fork-server.ts";
import type { Setup } from "./parts.ts";

/** What a server tells of itself: microseconds of all its threads, and bytes. */
export interface Reading {
  readonly cpu: number;
  readonly rss: number;
  /** Without what it shares with other processes. */
  readonly own: number;
}

/** One of the servers that are compared: all live at the same time. */
export class Subject {
  readonly setup: Setup;
  readonly port: number;
  readonly #server: ForkedServer;

  private constructor(setup: Setup, server: ForkedServer) {
    this.setup = setup;
    this.port = server.port;
    this.#server = server;
  }

  static async start(setup: Setup): Promise<Subject> {
    const file = join(import.meta.dirname, "server.ts");
    return new Subject(setup, await forkServer(file, JSON.stringify(setup.on ?? null)));
  }

  /** `memory`: after a full collection. */
  async ask(question: "cpu" | "memory" = "cpu"): Promise<Reading> {
    const answer = once(this.#server.child, "message");
    this.#server.child.send(question);
    const [reading] = (await answer) as [Reading];
    return reading;
  }

  stop(): void {
    this.#server.child.kill();
  }
}
