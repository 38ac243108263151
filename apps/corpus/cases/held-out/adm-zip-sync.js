// An archive of many files is packed in one go, and nobody else is served while it is.
module.exports = {
  expects: "event_loop_stall",
  pkg: "adm-zip@0.5.10",
  issue: "cthackers/adm-zip#73, #201",
  ms: 9_000,
  start() {
    const AdmZip = require("adm-zip");
    const row = (i) => `${i};order ${(i * 7_919) % 100_003};${((i * 104_729) % 99_991).toString(36)}\n`;
    const report = Buffer.from(Array.from({ length: 60_000 }, (_, i) => row(i)).join(""));
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/archive", (request, response) => {
      const zip = new AdmZip();
      for (let day = 1; day <= Number(request.query.days); day++) zip.addFile(`report-${day}.csv`, report);
      response.type("zip").send(zip.toBuffer());
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    await req({ path: "/archive?days=1" });
    while (!stop.v) {
      req({ path: "/archive?days=28" });
      await sleep(4_000);
    }
  },
};
