import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { run } from "../src/index.ts";

/** Runs `sop alertmanager` with a configuration file of that text. */
async function alertmanager(text: string, ...args: readonly string[]) {
  const dir = mkdtempSync(join(tmpdir(), "sop-alertmanager-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const config = join(dir, "sop.yaml");
  writeFileSync(config, text);
  const written = { out: "", err: "" };
  const output = (name: keyof typeof written) => ({
    write(chunk: string) {
      written[name] += chunk;
    },
  });
  const terminal = { out: output("out"), err: output("err"), signal: new AbortController().signal };
  return { code: await run(["alertmanager", "--config", config, ...args], terminal), ...written };
}

describe("sop alertmanager", () => {
  it("prints receivers that have their secrets from files, and the way back before all others", async () => {
    const { code, out } = await alertmanager(`
service: orders
alerts:
  alertmanager: { url: "http://127.0.0.1:9093", token: s3cret }
  notify:
    slack: { apiUrlFile: /etc/slack, channel: "#on-call" }
    webhook: { url: "https://pager.test/x", credentialsFile: /etc/pager }
    timeline: { url: "https://127.0.0.1:9320/", tokenFile: /etc/sop, caFile: /etc/ca }
    groupWait: 1500ms
`);
    expect(code).toBe(0);
    expect(out).not.toContain("s3cret");
    const { route, receivers } = parse(out);
    expect(route).toMatchObject({ receiver: "people", group_wait: "1500ms", group_interval: "60s" });
    expect(route.routes[0]).toMatchObject({ receiver: "timeline", matchers: ['service="orders"'], continue: true });
    expect(route.routes.at(-1)).toEqual({ receiver: "people" });
    const [people, , timeline] = receivers;
    expect(people.slack_configs[0]).toMatchObject({ api_url_file: "/etc/slack", channel: "#on-call" });
    expect(people.webhook_configs[0]).toMatchObject({
      url: "https://pager.test/x",
      http_config: { authorization: { credentials_file: "/etc/pager" } },
    });
    expect(timeline.webhook_configs[0]).toMatchObject({
      url: "https://127.0.0.1:9320/debug/mw/alerts",
      send_resolved: true,
      http_config: { authorization: { credentials_file: "/etc/sop" }, tls_config: { ca_file: "/etc/ca" } },
    });
  });

  it("prints what tells nobody where nobody is named", async () => {
    const { code, out } = await alertmanager("service: orders", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out).receivers).toEqual([{ name: "people" }, { name: "notes" }]);
  });

  it("tells of what is wrong with its line, and takes no secret in the place of a file: wrong usage", async () => {
    const { code, err } = await alertmanager(
      'alerts:\n  notify:\n    slack: { apiUrl: "https://hooks.test/s3cret" }\n    webhook: { url: "https://u:p@x.test" }\n',
    );
    expect(code).toBe(2);
    expect(err).toContain("sop.yaml:3: alerts.notify.slack.apiUrl");
    expect(err).toContain("sop.yaml:4: alerts.notify.webhook.url");
    expect(err).not.toMatch(/s3cret|u:p/);
  });
});
