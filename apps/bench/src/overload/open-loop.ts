import { setTimeout as after } from "node:timers/promises";
import { Connection } from "./connection.ts";

/** A request, by the milliseconds since the begin of its phase. */
export interface Sample {
  /** When it should have been sent: what it waits in the client counts, or a slow server would be asked less often. */
  readonly due: number;
  /** From `due` to the end of its answer; `undefined` while there is none. */
  latency: number | undefined;
  /** 0 where no answer came in time. */
  status: number;
}

/** A client waits no longer than that, in milliseconds: then it closes its connection, and what the server still does is for nobody. */
export const PATIENCE = 1_000;

interface Waiting {
  readonly sample: Sample;
  readonly connection: Connection;
}

/** Clients that do not wait for each other: requests come at a constant rate, whatever becomes of those before. */
export class OpenLoop {
  readonly #port: number;
  readonly #keepAlive: boolean;
  readonly #free: Connection[] = [];

  /** `keepAlive`: whether a connection is used again. */
  constructor(port: number, keepAlive: boolean) {
    this.#port = port;
    this.#keepAlive = keepAlive;
  }

  /** Sends `rate` requests a second for so many seconds, and waits for the last answer. */
  async run(rate: number, seconds: number): Promise<Sample[]> {
    const samples: Sample[] = [];
    const waiting: Waiting[] = [];
    const total = Math.round(rate * seconds);
    const start = performance.now();
    let oldest = 0;
    while (samples.length < total || oldest < waiting.length) {
      const now = performance.now() - start;
      while (samples.length < total && (samples.length * 1_000) / rate <= now) {
        const sample: Sample = { due: (samples.length * 1_000) / rate, latency: undefined, status: 0 };
        samples.push(sample);
        waiting.push({ sample, connection: this.#send(sample, start) });
      }
      for (let next = waiting[oldest]; next !== undefined; next = waiting[++oldest]) {
        if (next.sample.latency !== undefined) continue;
        if (now < next.sample.due + PATIENCE) break;
        next.connection.close();
      }
      await after(1);
    }
    return samples;
  }

  close(): void {
    for (const connection of this.#free.splice(0)) connection.close();
  }

  #send(sample: Sample, start: number): Connection {
    let connection = this.#free.pop();
    while (connection !== undefined && !connection.isOpen) connection = this.#free.pop();
    const used = connection ?? new Connection(this.#port);
    used.send((status) => {
      sample.status = status;
      sample.latency = performance.now() - start - sample.due;
      if (!this.#keepAlive) used.close();
      else if (status !== 0) this.#free.push(used);
    });
    return used;
  }
}
