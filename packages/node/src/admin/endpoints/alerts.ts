import { Type } from "@sinclair/typebox";
import type { CommandEndpoint } from "./endpoint.js";
import { count, knownOf, maybe, oneOf } from "./schemas.js";

const Texts = Type.Record(Type.String({ maxLength: 256 }), Type.String({ maxLength: 8_192 }), { maxProperties: 64 });
const status = oneOf(["firing", "resolved"]);
const instant = Type.String({ maxLength: 64, pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)$" });

// Open for fields that later versions of Alertmanager add; what is read here has a type and a bound.
const Body = Type.Object({
  version: Type.Literal("4", { description: "The version of Alertmanager's webhook messages." }),
  status,
  alerts: Type.Array(
    Type.Object({
      status,
      labels: Texts,
      annotations: Texts,
      startsAt: instant,
      endsAt: maybe(instant),
      fingerprint: maybe(Type.String({ maxLength: 64 })),
    }),
    { maxItems: 200 },
  ),
});

/** What Alertmanager sends to webhooks. */
export const alerts: readonly CommandEndpoint[] = [
  {
    kind: "command",
    id: "receiveAlerts",
    method: "POST",
    path: "/debug/mw/alerts",
    summary: "Alertmanager's webhook: notes alerts in the timeline of the incident that they are about.",
    about:
      "By the alert's label or annotation `incident`, else the open incident of the service that its label `service` names. Where none is " +
      "open, an alert that fires opens one, unless its `severity` is `info` or it was sent by the service itself.",
    role: "operator",
    body: Body,
    examples: [
      {
        version: "4",
        status: "firing",
        alerts: [
          {
            status: "firing",
            labels: { alertname: "SopPanicBurst", service: "orders", severity: "critical" },
            annotations: { summary: "orders: code fails in bursts" },
            startsAt: "2026-11-24T04:15:30Z",
          },
        ],
      },
    ],
    answers: {
      200: {
        about: "What became of them.",
        schema: knownOf({
          noted: Type.Integer({
            minimum: 0,
            description: "Alerts that an incident has in its timeline now, or had already.",
          }),
          ignored: count,
          opened: maybe(Type.String({ description: "The incident that one of them opened." })),
        }),
      },
    },
  },
];
