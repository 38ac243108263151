// A mail server that accepts connections and greets nobody: each sign-up waits half a minute for its welcome mail.
module.exports = {
  expects: ["dependency_hang", "timeout_cascade"],
  pkg: "nodemailer@6.9.8",
  issue: "nodemailer/nodemailer#1470, #928",
  ms: 9_000,
  healthy: "/sign-up",
  async start() {
    const server = await require("../lib/start-dependency")("ok", "mail-like.js");
    const transport = require("nodemailer").createTransport({ host: "127.0.0.1", port: server.port, ignoreTLS: true });
    const app = require("express")();
    app.get("/hang", (_request, response) => {
      server.set("hang");
      response.send("done");
    });
    app.get("/sign-up", async (_request, response) => {
      try {
        await transport.sendMail({
          from: "shop@example.com",
          to: "ann@example.com",
          subject: "Welcome",
          text: "Hello",
        });
        response.send("ok");
      } catch ({ code }) {
        response.status(502).send(code);
      }
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    await req({ path: "/hang" });
    while (!stop.v) {
      req({ path: "/sign-up" });
      await sleep(60);
    }
  },
};
