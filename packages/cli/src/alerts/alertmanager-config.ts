import type { AlertsFile, NotifySettings } from "@sop/node";

/** Where the admin plane takes what Alertmanager sends. */
const BACK = "/debug/mw/alerts";

/** An entry for each alert, with what to do next: what a person reads on a phone. */
const TEXT = `{{ range .Alerts }}*{{ .Annotations.summary }}*{{ if eq .Status "resolved" }} is over{{ end }}
{{ .Annotations.description }}
{{ if and (eq .Status "firing") .Annotations.command }}Next: \`{{ .Annotations.command }}\`
{{ end }}{{ if .Annotations.runbook_url }}Runbook: {{ .Annotations.runbook_url }}
{{ end }}{{ end }}`;

const TITLE =
  '{{ if eq .Status "firing" }}{{ .CommonLabels.severity | toUpper }}{{ else }}RESOLVED{{ end }} {{ .CommonLabels.service }}: {{ .CommonLabels.alertname }}{{ if gt (len .Alerts) 1 }} ({{ len .Alerts }}){{ end }}';

/** The configuration of Alertmanager: whom it tells, and how alerts of one failure become one message. It holds no secret. */
export function alertmanagerConfig({ service, notify }: AlertsFile): object {
  const { slack, webhook, timeline } = notify;
  return {
    route: {
      receiver: "people",
      group_by: ["service", "alertname"],
      group_wait: time(notify.groupWait),
      group_interval: time(notify.groupInterval),
      repeat_interval: time(notify.repeatInterval),
      routes: [
        ...(timeline ? [timelineRoute(service)] : []),
        // A drain is worth a line, and nobody's sleep.
        { receiver: "notes", matchers: ['severity="info"'] },
        // Said again: whoever is matched by a route above, also one that goes on, does not come back to the first.
        { receiver: "people" },
      ],
    },
    inhibit_rules: [
      {
        // One failure is one message: the incident's, which says what to do.
        source_matchers: ['alertname="SopIncident"'],
        target_matchers: ['source=~"sop|stock|rule"', 'alertname!="SopIncident"', 'severity!="info"'],
        equal: ["service"],
      },
    ],
    receivers: [
      { name: "people", ...(slack && { slack_configs: [slackOf(slack)] }), ...(webhook && webhooks(webhook)) },
      { name: "notes", ...(webhook && webhooks(webhook)) },
      ...(timeline ? [{ name: "timeline", webhook_configs: [backOf(timeline)] }] : []),
    ],
  };
}

function timelineRoute(service: string | undefined): object {
  return {
    receiver: "timeline",
    ...(service !== undefined && { matchers: [`service=${JSON.stringify(service)}`] }),
    // Evidence is taken when it happens, not when somebody is woken.
    group_wait: "1s",
    group_interval: "5s",
    continue: true,
  };
}

function slackOf({ apiUrlFile, channel }: NonNullable<NotifySettings["slack"]>): object {
  return {
    api_url_file: apiUrlFile,
    ...(channel !== undefined && { channel }),
    send_resolved: true,
    color:
      '{{ if ne .Status "firing" }}good{{ else if eq .CommonLabels.severity "critical" }}danger{{ else }}warning{{ end }}',
    title: TITLE,
    title_link: "{{ (index .Alerts 0).GeneratorURL }}",
    text: TEXT,
    fallback: TITLE,
  };
}

function webhooks({ url, credentialsFile }: NonNullable<NotifySettings["webhook"]>): object {
  const authorization = credentialsFile && { http_config: { authorization: { credentials_file: credentialsFile } } };
  return { webhook_configs: [{ url, send_resolved: true, ...authorization }] };
}

function backOf({ url, tokenFile, caFile, certFile, keyFile }: NonNullable<NotifySettings["timeline"]>): object {
  const tls = {
    ...(caFile !== undefined && { ca_file: caFile }),
    ...(certFile !== undefined && { cert_file: certFile }),
    ...(keyFile !== undefined && { key_file: keyFile }),
  };
  return {
    url: `${url}${BACK}`,
    send_resolved: true,
    max_alerts: 50,
    http_config: {
      authorization: { credentials_file: tokenFile },
      ...(Object.keys(tls).length > 0 && { tls_config: tls }),
    },
  };
}

function time(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}
