import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { OptionCheck, type Sop } from "@sop/core";
import { keepOpen } from "./servers.js";

/** For Node's http server, or as a middleware of Express: what is not its own is left to `next`. */
export type HealthListener = (request: IncomingMessage, response: ServerResponse, next?: () => void) => void;

/** A listener of its own for health. */
export interface HealthServer {
  readonly port: number;
  /** Stops it. */
  close(): void;
}

/**
 * Answers `GET /readyz` with 200 while `sop.state` is `serving`, else with 503, and `GET /healthz` with 200 as long as the process
 * answers at all; what else comes goes to `next`, or is 404.
 */
export function healthListener(sop: Sop): HealthListener {
  return (request, response, next) => {
    const path = request.url?.split("?", 1)[0];
    if (path === "/healthz") answer(response, 200, sop.state);
    else if (path === "/readyz") answer(response, sop.state === "serving" ? 200 : 503, sop.state);
    else if (next) next();
    else answer(response, 404, "not found");
  };
}

/**
 * Serves {@link healthListener} on a port of loopback, by default any free one. A drain does not close it: it answers to the end.
 * It does not keep the process alive. Throws `SOP_ERR_OPTION` for options that are wrong; rejects where the port is taken.
 */
export async function serveHealth(sop: Sop, options?: { readonly port?: number }): Promise<HealthServer> {
  const check = new OptionCheck(options, "health", ["port"]);
  const wanted = check.integer("port", 0, 0, 65_535);
  check.done();
  const server = createServer(healthListener(sop)).unref();
  keepOpen(server);
  await once(server.listen(wanted, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain", "cache-control": "no-store" });
  response.end(`${text}\n`);
}
