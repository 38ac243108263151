import { hasMethods, override } from "../instrument.js";
import type { Ledger } from "../ledger.js";
import type { Resource, Ticket } from "../resource.js";
import type { Adapter } from "./adapter.js";

/** What of ioredis is used. */
interface Redis {
  readonly status: string;
  on(event: "ready", listener: () => void): unknown;
}

interface Command {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly promise: Promise<unknown>;
}

/** Commands that keep their connection until something comes; of the last two it is an argument that says so. */
const BLOCKING = new Set(
  "blpop brpop brpoplpush blmove blmpop bzpopmin bzpopmax bzmpop wait waitaof xread xreadgroup".split(" "),
);

/**
 * One connection of ioredis, as a pool of one: commands wait while it is not connected (its offline queue), and behind a command that
 * blocks, such as BLPOP, which then holds it. Else there is no bound on how many are on their way.
 */
export const ioredis: Adapter = {
  library: "ioredis (Redis)",
  fits: (thing): thing is object =>
    hasMethods(thing, ["sendCommand", "duplicate", "disconnect", "on"]) &&
    typeof Reflect.get(thing, "status") === "string",
  track(ledger, thing, name) {
    new Connection(ledger, thing as Redis, name);
    return thing;
  },
};

class Connection {
  readonly #resource: Resource;
  readonly #redis: WeakRef<Redis>;
  readonly #blocking: Set<Ticket> = new Set();
  /** In the order in which they were sent. */
  readonly #waiting: Map<Ticket, Command> = new Map();

  constructor(ledger: Ledger, redis: Redis, name: string) {
    this.#redis = new WeakRef(redis);
    this.#resource = ledger.add(
      redis,
      name,
      { is: "pool", library: "ioredis" },
      { max: ({ status }) => (status !== "ready" ? 0 : this.#blocking.size > 0 ? 1 : undefined) },
    );
    redis.on("ready", () => this.#move());
    this.#follow(redis);
  }

  #follow(redis: Redis): void {
    const connection = this;
    override(
      redis,
      "sendCommand",
      (original) =>
        function sendCommand(command: Command, ...args: unknown[]): unknown {
          connection.#sent(command, sendCommand);
          return original.call(this, command, ...args);
        },
    );
  }

  #sent(command: Command, sendCommand: (...args: never[]) => unknown): void {
    const ticket = this.#resource.wait(sendCommand);
    this.#waiting.set(ticket, command);
    const over = (): void => {
      ticket.done();
      this.#waiting.delete(ticket);
      if (this.#blocking.delete(ticket)) this.#move();
    };
    // A promise of its own: whether the command's own is handled stays the application's business.
    command.promise.then(over, over);
    this.#move();
  }

  /** Lets go on whoever can: all up to the first command that blocks, and that one. */
  #move(): void {
    if (this.#redis.deref()?.status !== "ready") return;
    for (const [ticket, command] of this.#waiting) {
      if (this.#blocking.size > 0) return;
      this.#waiting.delete(ticket);
      ticket.granted();
      if (blocks(command)) this.#blocking.add(ticket);
    }
  }
}

function blocks({ name, args }: Command): boolean {
  const command = String(name).toLowerCase();
  if (!BLOCKING.has(command)) return false;
  return !command.startsWith("xread") || args.some((arg) => String(arg).toLowerCase() === "block");
}
