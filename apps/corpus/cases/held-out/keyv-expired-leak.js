// What has expired goes when it is asked for again; what nobody asks for again stays, a megabyte a second.
module.exports = {
  expects: "memory_leak",
  pkg: "keyv@4.5.4",
  issue: "jaredwray/keyv#66, nestjs/cache-manager#805",
  ms: 15_000,
  start() {
    const Keyv = require("keyv");
    const pages = new Keyv({ ttl: 500 });
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/landing", async (request, response) => {
      const { campaign } = request.query;
      const known = await pages.get(campaign);
      const page =
        known ?? Array.from({ length: 90 }, (_, i) => ({ id: i, text: `offer ${i} of the campaign ${campaign}` }));
      if (!known) await pages.set(campaign, page);
      response.send(String(page.length));
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    for (let campaign = 1; !stop.v; campaign++) {
      req({ path: `/landing?campaign=${campaign}` });
      await sleep(20);
    }
  },
};
