import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { createSop } from "../src/create-sop.ts";
import { listIncidents } from "../src/forensics.ts";
import { temporaryDirectory } from "./support/files.ts";
import { leaksBelow, MARK } from "./support/planted.ts";
import { bodyOf, serve } from "./support/service.ts";

const token = `sk_live_${MARK}${MARK}`;
const mail = `${MARK}@example.com`;
const jwt = `eyJhbGciOiJIUzI1NiJ9.${MARK}.${MARK}`;

/** An error whose message, code, stack and function's name have it. */
function broken(): never {
  const named = {
    [`pay ${token}`]: () =>
      new TypeError(`no cart of ${mail}: password=${MARK} url=https://u:${MARK}@pay/?token=${MARK}`),
  };
  const error = named[`pay ${token}`]?.() ?? new Error();
  throw Object.assign(error, { code: `E_${token}`, config: { headers: { authorization: MARK } } });
}

it("a secret that is planted in every place of a request is found in no file of its bundle", async () => {
  const dir = temporaryDirectory();
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const sop = createSop({
    service: "shop",
    logger,
    config: false,
    drain: false,
    admin: false,
    forensics: { dir, bodies: true },
  });
  onTestFinished(() => sop.dispose());
  const other = createServer((_request, response) => void response.writeHead(500, { "x-token": token }).end(mail));
  await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void other.close());
  const outside = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;

  await using service = await serve(sop, async (request) => {
    await bodyOf(request);
    sop.log.error({ err: new Error(`card 4111 1111 1111 1111 ${token}`), authorization: MARK }, `login of ${mail}`);
    process.emitWarning(`deprecated token=${MARK}`, { type: `Warning ${token}`, code: token });
    sop.flag("stripe_secret_key", MARK);
    sop.flag(`for ${mail}`, token);
    await sop
      .breaker(`pay ${token}`)
      .execute(async () => Promise.reject(new Error(`refused ${jwt}`)))
      .catch(() => {});
    const init = { method: "POST", headers: { authorization: `Bearer ${MARK}`, "x-api-key": MARK }, body: mail };
    await sop.fetch(`${outside}/pay/${token}?token=${MARK}&to=${mail}`, init).catch(() => {});
    broken();
  });
  const body = JSON.stringify({
    password: MARK,
    iban: MARK,
    note: `send to ${mail}`,
    deep: [{ token: { value: MARK } }, { [mail]: 1, [token]: 2 }],
    escaped: "placeholder",
  }).replace("placeholder", `${MARK}\\u0040example.com`);
  const basic = Buffer.from(`maria:${MARK}`).toString("base64");
  const response = await fetch(`${service.url}/upload?token=${MARK}&mail=${encodeURIComponent(mail)}&q=${token}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Basic ${basic}`,
      cookie: `sid=${MARK}; theme=${token}`,
      "x-csrf-token": MARK,
      "x-note": `from ${mail} ${jwt}`,
      referer: `https://shop/?access_token=${MARK}`,
      "user-agent": `curl/8 (${mail})`,
    },
    body,
  });
  expect(response.status).toBe(503);
  const form = `--x\r\nContent-Disposition: form-data; name="card_pin"\r\n\r\n${MARK}\r\n--x--\r\n`;
  await fetch(`${service.url}/form`, {
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=x" },
    body: form,
  });
  sop.openIncident(`sensor: ${token}`);

  const incident = await vi.waitFor(
    () => {
      const [found] = listIncidents(dir);
      const { files } = JSON.parse(readFileSync(join(found?.dir ?? "", "bundle/manifest.json"), "utf8"));
      const names = (files as { name: string }[]).map(({ name }) => name);
      for (const name of ["events.ndjson", "request.body", "request.json", "report.json", "window.json", "heap.pb.gz"])
        expect(names).toContain(`bundle/${name}`);
      expect(found?.triggerCount).toBeGreaterThan(2);
      return found?.dir ?? "";
    },
    { timeout: 10_000 },
  );
  expect(leaksBelow(incident)).toEqual([]);
});
