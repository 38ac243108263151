import { type TSchema, Type } from "@sinclair/typebox";
import { type CommandEndpoint, known, type ReadEndpoint, read } from "./endpoint.js";
import { FLAG_OVERRIDE } from "./expiry.js";
import { unknownName } from "./names.js";
import { anything, closed, duration, knownOf, limitOf, maybe, nameOf, oneOf, time, total } from "./schemas.js";

const kinds = oneOf(["boolean", "string", "number", "object", "list"]);
const reasons = oneOf(["STATIC", "DEFAULT", "TARGETING_MATCH", "SPLIT", "DISABLED", "STALE", "ERROR"], {
  description: "In OpenFeature's terms.",
});

/** What an operator has set. */
export const Override: TSchema = Type.Object({
  by: Type.String({ description: "Who." }),
  since: time,
  expiresAt: time,
});

const Row = {
  flag: Type.String(),
  type: maybe(kinds),
  value: maybe(
    Type.Unknown({ description: "Outside of requests; masked where the flag's name says that it is secret." }),
  ),
  variant: maybe(Type.String()),
  reason: reasons,
  override: maybe(Override),
};

const Step = Type.Object({
  path: Type.String(),
  operator: Type.String(),
  operands: Type.Array(anything),
  result: maybe(anything),
});

const Explanation = Type.Object({
  layer: maybe(Type.String({ description: "The layer that decides; without one it is the default in code." })),
  layers: Type.Array(
    Type.Object({
      layer: Type.String(),
      outcome: oneOf(["decides", "overruled", "absent", "disabled", "wrong"]),
      problem: maybe(Type.String()),
    }),
    { description: "All layers, the lowest first; `operator` is the uppermost." },
  ),
  steps: Type.Array(Step, {
    description: "Each operator of its rule in the order in which they were done; at most 200.",
  }),
  errorCode: maybe(Type.String()),
  errorMessage: maybe(Type.String()),
});

const params = closed({ flag: nameOf("a flag's name") });

const Body = closed({
  value: Type.Unknown({
    description: "Of the flag's type. A definition with `variants` belongs to a source, not here.",
  }),
  expiresIn: maybe(
    duration(FLAG_OVERRIDE.min, FLAG_OVERRIDE.max, "How long it lasts, then the flag is given back.", "1h"),
  ),
});

const list = read({
  id: "listFlags",
  method: "GET",
  path: "/debug/mw/flags",
  summary: "The flags that a layer has or the code asks for, by name.",
  about:
    "Of more than 1,000 flags the first by name are told, and all that an operator has set; `prefix` looks at those. `total` counts " +
    "all, and each can be asked for by its name.",
  role: "viewer",
  query: closed({
    limit: maybe(limitOf(100, 1_000)),
    prefix: maybe(Type.String({ minLength: 1, maxLength: 256, description: "Only those whose names begin so." })),
    overridden: maybe(Type.Boolean({ description: "Only those that an operator has set, or has not." })),
  }),
  reads: ["flags"],
  answers: { 200: { about: "The flags.", schema: knownOf({ total, flags: Type.Array(Type.Object(Row)) }) } },
  answer(parts, { query: { limit = 100, prefix = "", overridden } }) {
    const { rows, total } = parts.flags;
    const matched = rows.filter(
      ({ flag, override }) =>
        flag.startsWith(prefix) && (overridden === undefined || (override !== undefined) === overridden),
    );
    return known(parts, { total, flags: matched.slice(0, limit) });
  },
});

const one = read({
  id: "getFlag",
  method: "GET",
  path: "/debug/mw/flags/:flag",
  summary: "One flag, and why it is what it is.",
  about: "While the main thread is blocked the explanation is not known.",
  role: "viewer",
  params,
  reads: ["flags", "flag"],
  answers: {
    200: {
      about: "The flag.",
      schema: knownOf({ flag: Type.Object({ ...Row, explanation: maybe(Explanation) }) }),
    },
  },
  refuses: ["SOP_ERR_NOT_FOUND"],
  answer(parts, { params: { flag: name = "" } }) {
    const found = parts.flag ? parts.flag.found : parts.flags.rows.find(({ flag }) => flag === name);
    if (found) return known(parts, { flag: found });
    return unknownName("flag", name, parts.flag?.names ?? parts.flags.rows.map(({ flag }) => flag));
  },
});

const put: CommandEndpoint = {
  kind: "command",
  id: "overrideFlag",
  method: "PUT",
  path: "/debug/mw/flags/:flag",
  summary: "Sets a flag for a time, above all layers, those of sources and rules too.",
  about:
    "An operator's word wins over everything: a rule that throws or gives back the flag meanwhile changes nothing until the override " +
    "ends. It lasts 1 h where nothing is said, at most 24 h, and no longer than the process. At most 100 flags at once.",
  role: "operator",
  params,
  body: Body,
  examples: [{ value: false, expiresIn: "30m" }],
  answers: { 200: { about: "The flag as it is now.", schema: knownOf({ flag: Type.Object(Row) }) } },
  refuses: ["SOP_ERR_NOT_FOUND", "SOP_ERR_CONFLICT"],
};

const remove: CommandEndpoint = {
  kind: "command",
  id: "giveFlagBack",
  method: "DELETE",
  path: "/debug/mw/flags/:flag",
  summary: "Ends an operator's override before its time.",
  role: "operator",
  params,
  answers: { 200: { about: "The flag as it is now.", schema: knownOf({ flag: Type.Object(Row) }) } },
  refuses: ["SOP_ERR_NOT_FOUND"],
};

/** Flags. */
export const flags: readonly (ReadEndpoint | CommandEndpoint)[] = [list, one, put, remove];
