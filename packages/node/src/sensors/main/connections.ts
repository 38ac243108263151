import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { type EventEmitter, errorMonitor } from "node:events";
import type { Socket } from "node:net";
import { FIGURE, type Figures } from "../../blackbox/main-slot.js";
import type { MainSource } from "./source.js";

const CHANNEL = "net.client.socket";

/**
 * Connections to others that come to nothing: of databases, caches and queues too, whose clients queue what they are asked until there is one.
 */
export class ConnectionsSource implements MainSource {
  readonly gives = ["connect_failed_count"] as const;
  #failed = 0;

  constructor() {
    subscribe(CHANNEL, this.#made);
  }

  read(figures: Figures): void {
    figures[FIGURE.connect_failed_count] = this.#failed;
    this.#failed = 0;
  }

  stop(): void {
    unsubscribe(CHANNEL, this.#made);
  }

  readonly #made = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    const failed = (): void => {
      this.#failed++;
    };
    const { once, off } = socket as EventEmitter;
    // Whoever listens to `error` itself decides what comes of it; this only looks on.
    once.call(socket, errorMonitor, failed);
    socket.once("connect", () => off.call(socket, errorMonitor, failed));
  };
}
