import type { Clock } from "@sop/core";
import { inspectorOf } from "../../../profiles/inspector.js";
import { isLoopback } from "../../guard/host-name.js";

/** Where the inspector listens, until when: milliseconds since 1970. */
export interface OpenDoor {
  readonly url: string;
  readonly until: number;
}

const HOST = "127.0.0.1";

/** Opens the inspector of the process for a time, and on loopback only. */
export class InspectorDoor {
  readonly #clock: Clock;
  readonly #isAllowed: boolean;
  #timer: unknown;
  #isOurs = false;

  constructor(clock: Clock, isAllowed: boolean) {
    this.#clock = clock;
    this.#isAllowed = isAllowed;
  }

  /** Opens it, or says why not. */
  open(ms: number, port: number): OpenDoor | { readonly why: string } {
    const inspector = inspectorOf();
    if (!this.#isAllowed) return { why: "the service does not allow it: give it admin: { inspector: true }" };
    if (!inspector) return { why: "this Node was built without an inspector" };
    if (!this.#isOurs && inspector.url() !== undefined) return { why: whyTaken(inspector.url() as string) };
    if (!this.#isOurs) inspector.open(port, HOST);
    const url = inspector.url();
    if (url === undefined) return { why: `port ${port} is taken: ask for another one, or for 0` };
    this.#isOurs = true;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.close(), ms);
    return { url, until: Math.round(this.#clock.now() + ms) };
  }

  /** Closes it where it was opened here; `false` where it was not. */
  close(): boolean {
    this.#clock.clearTimeout(this.#timer);
    if (!this.#isOurs) return false;
    this.#isOurs = false;
    inspectorOf()?.close();
    return true;
  }
}

function whyTaken(url: string): string {
  const { hostname, host } = new URL(url);
  const where = isLoopback(hostname)
    ? ""
    : ", beyond loopback, where everyone who reaches it can run code in the process";
  return `the inspector is open already, and not by this listener: at ${host}${where}`;
}
