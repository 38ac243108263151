import type { Terminal } from "../terminal.js";
import { findPlane } from "./find-plane.js";
import { type PlaneOptions, readDuration } from "./options.js";
import { Plane } from "./plane.js";

/** Finds the plane that the options mean, and finds it again once it was lost: another start has another address and another token. */
export class PlaneFinder {
  readonly #options: PlaneOptions;
  readonly #terminal: Terminal;
  readonly #timeout: number;
  readonly #warned = new Set<string>();
  #plane: Plane | undefined;
  #isFromFile = false;

  constructor(options: PlaneOptions, terminal: Terminal) {
    this.#options = options;
    this.#terminal = terminal;
    this.#timeout = readDuration("--timeout", options.timeout ?? "5s", 100, 600_000);
  }

  /** The plane. Ends the command where it cannot be known. */
  find(): Plane {
    if (this.#plane) return this.#plane;
    const address = findPlane(this.#options, (message) => this.#warn(message));
    this.#isFromFile = address.isFromFile;
    this.#plane = new Plane(address, { timeout: this.#timeout, signal: this.#terminal.signal });
    return this.#plane;
  }

  /** Whether address and token are those that a service wrote, so that they may change with its next start. */
  get isFromFile(): boolean {
    return this.#isFromFile;
  }

  /** Lets go of the plane; the next one is found anew. */
  lose(): void {
    this.#plane?.close();
    this.#plane = undefined;
  }

  #warn(message: string): void {
    if (!this.#warned.has(message)) this.#terminal.err.write(`sop: warning: ${message}\n`);
    this.#warned.add(message);
  }
}

/** Finds the plane that the options mean, and uses it. */
export async function withPlane<T>(
  options: PlaneOptions,
  terminal: Terminal,
  use: (plane: Plane) => Promise<T>,
): Promise<T> {
  const finder = new PlaneFinder(options, terminal);
  try {
    return await use(finder.find());
  } finally {
    finder.lose();
  }
}
