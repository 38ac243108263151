import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { openNodeExchange, writeNodeReply } from "@sop/core";
import { createSop } from "@sop/node";
import { optionsOf } from "./parts.ts";

type Exchange = ServerResponse & { readonly req: IncomingMessage };

/** The parts that are on, as JSON; `null` for a server without a Sop. */
const on = JSON.parse(process.argv[2] ?? "null") as string[] | null;
const body = JSON.stringify({ item: 7, name: "a thing", price: 12.5 });

async function handle(response: ServerResponse): Promise<void> {
  await Promise.resolve();
  response.setHeader("content-type", "application/json");
  response.setHeader("content-length", body.length);
  response.end(body);
}

function listener(): (request: IncomingMessage, response: ServerResponse) => void {
  if (on === null) return (_request, response) => void handle(response);
  const sop = createSop(optionsOf(on));
  const life = sop.lifecycle<Exchange>({ name: "http", route: () => "/items/:id", respond: writeNodeReply });
  return (request, response) => {
    const context = openNodeExchange(life, request, response as Exchange);
    const refusal = life.admit(context);
    if (refusal) writeNodeReply(response, refusal);
    else life.run(context, () => void handle(response));
  };
}

/** Bytes that are this process's alone: without the pages of Node's own file, which all of its processes share. */
function ownMemory(): number {
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1_024;
}

const server = createServer(listener()).listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on("message", (question) => {
  // How far the young generation has grown depends on chance; what is kept does not.
  if (question === "memory") for (let pass = 0; pass < 3; pass++) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, rss: process.memoryUsage.rss(), own: ownMemory() });
});
process.on("disconnect", () => process.exit());
