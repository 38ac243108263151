// Each vote reads the whole file, changes it and writes it: of two that overlap, one is gone, and both were thanked.
module.exports = {
  expects: "race_condition",
  pkg: "lowdb@2.1.0",
  issue: "typicode/lowdb#478",
  ms: 6_000,
  async start() {
    const { Low, JSONFile } = await import("lowdb");
    const db = new Low(new JSONFile("votes.json"));
    db.data = {};
    await db.write();
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/polls/:poll/vote/:name", async (request, response) => {
      await db.read();
      const { poll, name } = request.params;
      db.data[poll] = [...(db.data[poll] ?? []), name];
      await db.write();
      response.send("thank you");
    });
    app.get("/polls/:poll", async (request, response) => {
      await db.read();
      response.json(db.data[request.params.poll]);
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    for (let poll = 1; !stop.v; poll++) {
      await req({ path: `/polls/${poll}/vote/first` });
      await Promise.all(["ann", "bob", "eve"].map((name) => req({ path: `/polls/${poll}/vote/${name}` })));
      await req({ path: `/polls/${poll}` });
      await sleep(20);
    }
  },
};
