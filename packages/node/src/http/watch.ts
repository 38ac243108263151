import { describeError, type Sop } from "@sop/core";
import { listen } from "./channels.js";
import { httpSubscribers } from "./http-client.js";
import { LiveCalls } from "./live-calls.js";
import { readWatchOptions, type WatchOptions } from "./options.js";
import { undiciSubscribers } from "./undici-client.js";

/**
 * Watches the calls that `node:http`, `node:https` and undici (and so the global `fetch`) make, through Node's diagnostics channels:
 * nothing is patched. They are measured, hand on the deadline of the request they are made for, and are told by `outgoingFound` and a
 * warning, once for each place in the application, where nothing bounds them or their answer's body is left alone.
 * Returns a function that stops it. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function watchOutgoing(sop: Sop, options?: WatchOptions): () => void {
  const settings = readWatchOptions(options);
  const calls = new LiveCalls(sop, settings);
  const forget = sop.observe({ name: "outgoing", closed: (context) => calls.closed(context) });
  const unsubscribe = listen(
    { ...httpSubscribers(sop, calls, settings), ...undiciSubscribers(sop, calls, settings) },
    (error) => {
      const { type, message, stack } = describeError(error);
      sop.log.error({ err: { type, message, stack } }, "outgoing calls are no longer watched");
      stop();
    },
  );
  const stop = (): void => {
    unsubscribe();
    forget();
    calls.stop();
  };
  return stop;
}
