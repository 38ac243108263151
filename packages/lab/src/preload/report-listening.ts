import { type AddressInfo, Server } from "node:net";
import { tell } from "./settings.js";

const LOOPBACK = { port: 0, host: "127.0.0.1" };

/** Whatever port and address the service asks for, it gets a free port of the loopback; the lab is told the first one. */
export function reportListening(): void {
  const { listen } = Server.prototype;
  let isTold = false;
  Server.prototype.listen = function (this: Server, ...args: readonly unknown[]): Server {
    this.once("listening", () => {
      const address: AddressInfo | string | null = this.address();
      if (isTold || address === null || typeof address === "string") return;
      isTold = true;
      tell({ sopLab: "listening", port: address.port });
    });
    return Reflect.apply(listen, this, onLoopback(args));
  };
}

// `listen(port, host, backlog, done)`, `listen({ port, host }, done)`; a socket's path or a handle stays what it is.
function onLoopback(args: readonly unknown[]): unknown[] {
  const [first] = args;
  const done = args.filter((arg) => typeof arg === "function");
  if (first === undefined || typeof first === "function" || isPort(first)) return [LOOPBACK, ...done];
  if (typeof first === "object" && first !== null && "port" in first) return [{ ...first, ...LOOPBACK }, ...done];
  return [...args];
}

function isPort(value: unknown): boolean {
  return typeof value === "number" || (typeof value === "string" && /^\d+$/.test(value));
}
