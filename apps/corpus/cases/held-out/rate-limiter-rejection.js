// The limiter refuses while the user is still being looked up, before anybody waits for it: what it rejects with is no error at all.
module.exports = {
  expects: "crash.unhandled_rejection",
  pkg: "rate-limiter-flexible@4.0.1",
  issue: "animir/node-rate-limiter-flexible#253, #41",
  ms: 4_000,
  start() {
    const { RateLimiterMemory } = require("rate-limiter-flexible");
    const byAddress = new RateLimiterMemory({ points: 5, duration: 60 });
    const byName = new RateLimiterMemory({ points: 5, duration: 60 });
    const lookUp = (name) => new Promise((resolve) => setTimeout(resolve, 30, { name }));
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/login", async (request, response) => {
      try {
        const limits = [byAddress.consume(request.ip)];
        const user = await lookUp(request.query.name);
        if (user) limits.push(byName.consume(user.name));
        await Promise.all(limits);
        response.status(401).send("wrong password");
      } catch ({ msBeforeNext }) {
        response.status(429).send(String(msBeforeNext));
      }
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      await req({ path: "/login?name=ann" });
      await sleep(150);
    }
  },
};
