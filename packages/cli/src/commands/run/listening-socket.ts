import net from "node:net";
import { getSystemErrorMap } from "node:util";
import { CommandError } from "../../command-error.js";
import { EXIT } from "../../terminal.js";
import type { ListenAddress } from "./options.js";

/** A socket that is bound to its address, and at which the processes that are started listen. */
export interface ListeningSocket {
  readonly fd: number;
  close(): void;
}

interface Handle {
  readonly fd: number;
  close(): void;
}

/** As Node's own cluster makes the sockets of its workers: bound, and taken from by nobody here. */
type CreateHandle = (address: string, port: number, family: 4 | 6, fd: -1, flags: number) => Handle | number;

/**
 * Opens the socket. It is never listened to by the supervisor, which would take connections out of it; it only keeps it, so that what connects while no process listens
 * waits in the kernel. Throws a `CommandError` where that cannot be done.
 */
export function openListeningSocket({ host, port }: ListenAddress): ListeningSocket {
  const { _createServerHandle: create } = net as unknown as { readonly _createServerHandle?: CreateHandle };
  if (process.platform === "win32" || create === undefined) {
    throw new CommandError(EXIT.found, "--listen: this system or this Node cannot hand a listening socket over");
  }
  const addresses: readonly [string, 4 | 6][] =
    host === undefined
      ? [
          ["::", 6],
          ["0.0.0.0", 4],
        ]
      : [[host === "localhost" ? "127.0.0.1" : host, net.isIPv6(host) ? 6 : 4]];
  let failure = 0;
  for (const [address, family] of addresses) {
    const handle = create(address, port, family, -1, 0);
    if (typeof handle !== "number") return { fd: handle.fd, close: () => handle.close() };
    failure = handle;
  }
  throw new CommandError(
    EXIT.found,
    `--listen: cannot be bound to ${host ?? "any address"}, port ${port}: ${reasonOf(failure)}`,
  );
}

function reasonOf(number: number): string {
  return (getSystemErrorMap().get(number) ?? [String(number)]).join(", ");
}
