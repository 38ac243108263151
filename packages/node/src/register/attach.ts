import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { openNodeExchange, type RequestContext, type Sop, writeNodeReply } from "@sop/core";
import { createSop, type NodeOptions } from "../create-sop.js";
import { routeOf } from "./route.js";
import { serviceNameOf } from "./service-name.js";

interface RequestStart {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Node's response, which knows its request. */
type Exchange = ServerResponse & { readonly req: IncomingMessage };

const CHANNEL = "http.server.request.start";

/**
 * Watches every request of `node:http` and `node:https` in this process, whatever framework takes it: nothing of the application is
 * changed, and no request is refused or cut. Options as for `createSop`; the service is called as the application's package unless they,
 * or the environment, say otherwise. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function attachToHttp(options: NodeOptions = {}): Sop {
  const contexts = new AsyncLocalStorage<RequestContext>();
  const service = process.env["SOP_SERVICE"] || serviceNameOf(process.argv[1], process.cwd());
  const sop = createSop({ service, ...options, ports: { ...options.ports, asyncContext: contexts } });
  const life = sop.lifecycle<Exchange>({
    name: "node:http",
    route: ({ req }) => routeOf(req),
    respond: writeNodeReply,
  });
  const started = (message: unknown): void => {
    const { request, response } = message as RequestStart;
    const context = openNodeExchange(life, request, response as Exchange);
    // Told before the server emits its event, in the stack of this request alone: what the application does from here on is its.
    contexts.enterWith(context);
  };
  subscribe(CHANNEL, started);
  const { dispose } = sop;
  sop.dispose = () => {
    unsubscribe(CHANNEL, started);
    dispose();
  };
  return sop;
}
