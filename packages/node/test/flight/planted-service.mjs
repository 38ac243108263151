// A service with secrets in all that it says and asks for: `/declined` and `/pay` fail, and whom the others wait for never answers.
import { createServer } from "node:http";
import { openNodeExchange, writeNodeReply } from "@sop/core";
import { createSop } from "@sop/node";

const { UPSTREAM: upstream, API_TOKEN: mark } = process.env;
const token = `sk_live_${mark}${mark}`;
const mail = `${mark}@example.com`;
const sop = createSop({
  service: "shop",
  config: false,
  troubleshoot: false,
  admin: false,
  profiles: false,
  forensics: { bodies: true },
});

/** An error whose name, message, code, stack and function's name have them. */
function broken() {
  const named = {
    [`pay ${token}`]: () =>
      new TypeError(`no cart of ${mail}: password=${mark} url=https://u:${mark}@pay/?token=${mark}`),
  };
  return Object.assign(named[`pay ${token}`](), { name: `Failed ${token}`, code: `E_${token}` });
}

function call(path, signal) {
  const init = {
    method: "POST",
    headers: { authorization: `Bearer ${mark}`, "x-api-key": mark, "content-type": "application/json" },
    body: JSON.stringify({ password: mark, note: mail }),
  };
  return sop.fetch(`${upstream}${path}/${token}?token=${mark}&to=${mail}`, { ...init, signal });
}

const ways = {
  "/declined": async (response) => {
    await call("/refuses", AbortSignal.timeout(5_000)).then((answer) => answer.text());
    sop.log.error({ err: broken(), authorization: mark }, `declined ${mail} ${token}`);
    response.writeHead(402).end("declined");
  },
  "/pay": async () => {
    throw broken();
  },
};
const life = sop.lifecycle({
  name: "test",
  route: ({ req }) => ["/declined", "/pay", "/hang"].find((path) => req.url.startsWith(path)),
  respond: writeNodeReply,
});
const server = createServer((request, response) => {
  const context = openNodeExchange(life, request, response);
  life
    .run(context, async () => {
      for await (const _chunk of request);
      const way = ways[request.url.split("?")[0]] ?? (() => call("/hang"));
      await way(response);
    })
    .catch((error) => {
      const reply = life.fail(context, error);
      if (reply) writeNodeReply(response, reply);
    });
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
