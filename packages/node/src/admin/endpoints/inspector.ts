import { Type } from "@sinclair/typebox";
import type { CommandEndpoint } from "./endpoint.js";
import { INSPECTOR } from "./expiry.js";
import { closed, count, duration, knownOf, maybe, time } from "./schemas.js";

const open: CommandEndpoint = {
  kind: "command",
  id: "openInspector",
  method: "POST",
  path: "/debug/mw/inspector",
  summary: "Opens the inspector of the process on loopback, for a time: debuggers attach to it.",
  about:
    "Only where `admin.inspector` is true, as who attaches can do all that the process can. It is closed when the time is over, also where a debugger holds " +
    "the process then, or is still attached. Asked again while it is open, the time begins anew. Node prints its address to standard error.",
  role: "operator",
  body: closed({
    for: maybe(duration(INSPECTOR.min, INSPECTOR.max, "How long it is open.", "5m")),
    port: maybe(
      Type.Integer({ minimum: 0, maximum: 65_535, default: 0, description: "Where it listens; 0 is any free port." }),
    ),
  }),
  examples: [{ for: "5m" }],
  answers: {
    200: {
      about: "Where it listens.",
      schema: knownOf({
        pid: count,
        url: Type.String({ description: "For debuggers: `ws://127.0.0.1:40123/<id>`. Whoever knows it can attach." }),
        until: time,
      }),
    },
  },
  refuses: ["SOP_ERR_CONFLICT"],
};

const close: CommandEndpoint = {
  kind: "command",
  id: "closeInspector",
  method: "DELETE",
  path: "/debug/mw/inspector",
  summary: "Closes the inspector before its time; one that was not opened here is left alone.",
  role: "operator",
  answers: {
    200: { about: "It is closed.", schema: knownOf({ closed: Type.Boolean({ description: "Whether it was open." }) }) },
  },
};

/** The inspector. */
export const inspector: readonly CommandEndpoint[] = [open, close];
