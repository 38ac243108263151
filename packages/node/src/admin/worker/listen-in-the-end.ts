import { setTimeout as sleep } from "node:timers/promises";
import type { ToMain } from "../link/messages.js";
import type { AdminSettings } from "../options.js";
import type { Listener } from "./listener.js";

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/** Listens, now or as soon as it can: the process before this one may still be draining. Why it cannot is told once. */
export async function listenInTheEnd(
  make: () => Listener,
  { host, port }: Pick<AdminSettings, "host" | "port">,
  send: (message: ToMain) => void,
): Promise<Listener> {
  let isTold = false;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      const listener = make();
      send({ kind: "listening", port: await listener.listen() });
      return listener;
    } catch (error) {
      const { code = "", message } = error as NodeJS.ErrnoException;
      if (!isTold) send({ kind: "unable", code, text: describe(code, message, host, port) });
      isTold = true;
      await sleep(pause);
    }
  }
}

function describe(code: string, message: string, host: string, port: number): string {
  const where = `port ${port} of ${host}`;
  if (code === "EADDRINUSE") {
    return `${where} is in use: set admin.port or SOP_ADMIN_PORT, 0 for any free one, or end what listens there`;
  }
  if (code === "EACCES") return `${where} may not be used by this user: set admin.port or SOP_ADMIN_PORT`;
  if (code === "EADDRNOTAVAIL") return `${host} is no address of this machine: set admin.host or SOP_ADMIN_HOST`;
  return message;
}
