// Each request has its own copy of the session, and saves it as a whole.
module.exports = {
  expects: "race_condition",
  pkg: "@fastify/session@10.9.0, fastify@4.28.1",
  issue: "SerayaEryn/fastify-session#237",
  ms: 6_000,
  async start() {
    const app = require("fastify4")();
    app.get("/health", async () => "ok");
    app.register(require("@fastify/cookie"));
    app.register(async (scope) => {
      scope.register(require("@fastify/session"), { secret: "x".repeat(40), cookie: { secure: false } });
      scope.get("/cart/:item", async (request) => {
        const { item } = request.params;
        request.session.set(item, 1);
        await new Promise((resolve) => setTimeout(resolve, item === "a" ? 50 : 5));
        return "ok";
      });
      scope.get("/read", async (request) => ({ a: request.session.get("a"), b: request.session.get("b") }));
    });
    await app.ready();
    return app.server;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      const first = await req({ path: "/cart/init" });
      const cookie = first.headers["set-cookie"][0].split(";")[0];
      const slow = req({ path: "/cart/a", headers: { cookie } });
      await sleep(8);
      await req({ path: "/cart/b", headers: { cookie } });
      await slow;
      await req({ path: "/read", headers: { cookie } });
    }
  },
};
