import { Agent, get } from "node:http";

/** What became of the requests of one load. */
export interface Answers {
  readonly sent: number;
  /** Answered with another status than 200, or not at all. */
  readonly failed: number;
}

/** Sends `rate` requests a second, whether the ones before are answered or not, until it is stopped. */
export class PacedLoad {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #timer: NodeJS.Timeout;
  #sent = 0;
  #failed = 0;
  #open = 0;

  constructor(port: number, rate: number) {
    const start = performance.now();
    this.#timer = setInterval(() => {
      const due = ((performance.now() - start) / 1_000) * rate;
      while (this.#sent < due) this.#one(port);
    }, 5);
  }

  /** Sends no more, and waits for the answers to what was sent. */
  async stop(): Promise<Answers> {
    clearInterval(this.#timer);
    while (this.#open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    this.#agent.destroy();
    return { sent: this.#sent, failed: this.#failed };
  }

  #one(port: number): void {
    this.#sent++;
    this.#open++;
    const end = (isFine: boolean): void => {
      this.#open--;
      if (!isFine) this.#failed++;
    };
    get({ port, host: "127.0.0.1", path: "/", agent: this.#agent }, (response) => {
      response.resume();
      response.on("end", () => end(response.statusCode === 200));
    }).on("error", () => end(false));
  }
}
