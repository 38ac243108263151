// A config service of Apollo, for tests: a double, since no server package exists. It speaks what "Client Access Guide for Other
// Languages" of Apollo's documentation describes (sections 1.3 to 1.6); apollo-double.test.ts compares it with that page.
// Started again, it has what it had: releases are in a file. `PUT /release/{namespace}` publishes, which in Apollo the portal does.
import { createHmac } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

const [port, file, appId, secret, held = "60000", isSilent = "false"] = process.argv.slice(2);
if (!existsSync(file)) writeFileSync(file, "{}");
/** Releases by namespace: { notificationId, releaseKey, configurations }. */
const releases = JSON.parse(readFileSync(file, "utf8"));
const waiting = new Set();

const isSigned = ({ headers, url }) => {
  const { authorization, timestamp } = headers;
  const isRecent = Math.abs(Date.now() - Number(timestamp)) < 60_000;
  const signature = createHmac("sha1", secret).update(`${timestamp}\n${url}`).digest("base64");
  return isRecent && authorization === `Apollo ${appId}:${signature}`;
};

const json = (response, status, body) =>
  response.writeHead(status, { "content-type": "application/json;charset=UTF-8" }).end(JSON.stringify(body));

function configs(response, [app, cluster, namespace], query) {
  const release = releases[namespace];
  if (app !== appId || cluster !== "default" || release === undefined) return json(response, 404, { status: 404 });
  if (query.get("releaseKey") === release.releaseKey) return response.writeHead(304).end();
  const { configurations, releaseKey } = release;
  json(response, 200, { appId: app, cluster, namespaceName: namespace, configurations, releaseKey });
}

function notifications(request, response, query) {
  let known;
  try {
    known = JSON.parse(query.get("notifications"));
  } catch {
    return json(response, 400, { status: 400, message: "Invalid format of notifications" });
  }
  const news = () =>
    known.flatMap(({ namespaceName, notificationId: id }) => {
      const release = releases[namespaceName];
      if (release === undefined || release.notificationId <= id) return [];
      const key = [appId, "default", namespaceName].join("+");
      const messages = { details: { [key]: release.notificationId } };
      return [{ namespaceName, notificationId: release.notificationId, messages }];
    });
  const look = () => {
    const found = news();
    if (found.length === 0) return;
    stop();
    json(response, 200, found);
  };
  const timer = setTimeout(() => {
    stop();
    response.writeHead(304).end();
  }, Number(held));
  const stop = () => {
    clearTimeout(timer);
    waiting.delete(look);
  };
  request.on("close", () => response.writableEnded || stop());
  waiting.add(look);
  look();
}

async function publish(request, response, namespace) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const configurations = JSON.parse(Buffer.concat(chunks).toString());
  const notificationId = (releases[namespace]?.notificationId ?? 100) + 1;
  const time = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const releaseKey = `${time}-${notificationId.toString(16).padStart(16, "0")}`;
  releases[namespace] = { notificationId, releaseKey, configurations };
  writeFileSync(file, JSON.stringify(releases));
  response.end();
  if (isSilent === "false") for (const look of [...waiting]) look();
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  const [first, ...rest] = pathname.slice(1).split("/").map(decodeURIComponent);
  if (first === "release" && request.method === "PUT") return publish(request, response, rest[0]);
  if (request.method !== "GET") return json(response, 405, { status: 405 });
  if (first === "health") return json(response, 200, { status: "UP" });
  if (secret && !isSigned(request)) return json(response, 401, { status: 401, message: "Unauthorized" });
  if (first === "configs") return configs(response, rest, searchParams);
  if (first === "notifications" && rest[0] === "v2") return notifications(request, response, searchParams);
  json(response, 404, { status: 404 });
});
server.listen(Number(port), "127.0.0.1");
