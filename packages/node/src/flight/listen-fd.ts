import cluster from "node:cluster";
import { Server } from "node:net";

/** How a supervisor says which socket it has opened: its own number, the descriptor and the port, as `4711:3:8080`. */
export const LISTEN_VARIABLE = "SOP_LISTEN";

/**
 * Where the supervisor that started this process has opened a listening socket, the first server that is to listen at its port listens at that one: what
 * connects while nobody listens waits there, and is not refused. It is done where `sop run --listen` asked for it.
 */
export function takeListeningSocket(env: Readonly<Record<string, string | undefined>> = process.env): void {
  const [supervisor, descriptor, port] = (env[LISTEN_VARIABLE] ?? "").split(":").map(Number);
  // A process of a process has the variable too, and not the descriptor.
  if (supervisor !== process.ppid || !Number.isInteger(descriptor) || !Number.isInteger(port) || cluster.isWorker)
    return;
  const { listen } = Server.prototype;
  Server.prototype.listen = function (this: Server, ...args: unknown[]) {
    if (portOf(args[0]) !== port) return listen.apply(this, args as never);
    // Once: it is closed together with the server.
    Server.prototype.listen = listen;
    const last = args.at(-1);
    const { backlog } = Object(args[0]) as { readonly backlog?: unknown };
    const options = { fd: descriptor as number, ...(typeof backlog === "number" && { backlog }) };
    return typeof last === "function" ? this.listen(options, last as () => void) : this.listen(options);
  } as typeof listen;
}

/** The port of what `listen` is given: a number, a text of one, or options. */
function portOf(first: unknown): number | undefined {
  const { port, fd, path } = Object(first) as {
    readonly port?: unknown;
    readonly fd?: unknown;
    readonly path?: unknown;
  };
  if (typeof first === "object" && (fd !== undefined || path !== undefined)) return undefined;
  const given = typeof first === "object" ? port : first;
  const number = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  return typeof number === "number" ? number : undefined;
}
