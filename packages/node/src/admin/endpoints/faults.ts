import { Type } from "@sinclair/typebox";
import { type CommandEndpoint, known, type ReadEndpoint, read } from "./endpoint.js";
import { FAULT_OVERRIDE } from "./expiry.js";
import { Override } from "./flags.js";
import { closed, duration, knownOf, maybe, oneOf } from "./schemas.js";

const trigger = Type.String({ minLength: 1, maxLength: 512 });

const Injector = {
  middleware: Type.String({
    minLength: 1,
    maxLength: 128,
    description:
      "The name given by `sop.middleware`; or, before the handler, `*` for each request, or a route's template.",
  }),
  mode: oneOf(["fail-fast", "delay", "fault", "abort"]),
  trigger: maybe(
    Type.Union([trigger, Type.Array(trigger, { maxItems: 16 })], {
      description:
        "`header:<name>: <value>`, `path:<path>`, `method:<method>`, `percentage:<n>`; all of a list together.",
    }),
  ),
  response: maybe(
    closed({
      status: maybe(Type.Integer({ minimum: 200, maximum: 599 })),
      body: maybe(Type.String({ maxLength: 16_384 })),
    }),
  ),
  duration_ms: maybe(Type.Integer({ minimum: 1, maximum: 3_600_000 })),
};

const Body = closed({
  injectors: Type.Array(closed(Injector), { maxItems: 50 }),
  expiresIn: maybe(
    duration(FAULT_OVERRIDE.min, FAULT_OVERRIDE.max, "How long they are injected, then those before are.", "10m"),
  ),
});

const answers = {
  200: {
    about: "The faults that are injected.",
    schema: knownOf({
      available: Type.Boolean({ description: "Whether any may be." }),
      injectors: Type.Array(Type.Object(Injector)),
      override: maybe(Override),
    }),
  },
};

const get = read({
  id: "getFaults",
  method: "GET",
  path: "/debug/mw/faults",
  summary: "The faults that are injected.",
  role: "viewer",
  reads: ["faults"],
  answers,
  answer: (parts) => known(parts, parts.faults),
});

const put: CommandEndpoint = {
  kind: "command",
  id: "injectFaults",
  method: "PUT",
  path: "/debug/mw/faults",
  summary: "Injects faults for a time, in the place of those that are.",
  about:
    "When they expire, those before are injected again. A change of `troubleshoot.yaml` meanwhile wins and ends the override. Refused " +
    "where the service has no faults, and in production unless it was asked for twice.",
  role: "operator",
  body: Body,
  examples: [{ injectors: [{ middleware: "*", mode: "delay", duration_ms: 3500 }], expiresIn: "5m" }],
  answers,
  refuses: ["SOP_ERR_CONFLICT"],
};

const remove: CommandEndpoint = {
  kind: "command",
  id: "giveFaultsBack",
  method: "DELETE",
  path: "/debug/mw/faults",
  summary: "Ends an operator's injection before its time: those before are injected again.",
  role: "operator",
  answers,
  refuses: ["SOP_ERR_CONFLICT"],
};

/** Injected faults. */
export const faults: readonly (ReadEndpoint | CommandEndpoint)[] = [get, put, remove];
