const { fork } = require("node:child_process");
const path = require("node:path");

/** Starts a dependency of the application, of the given file of this folder. Nothing that was preloaded for the application applies to it. */
module.exports = (mode, file = "dependency.js") =>
  new Promise((resolve) => {
    const env = { ...process.env, NODE_OPTIONS: "" };
    const child = fork(path.join(__dirname, file), [mode], { execArgv: [], env });
    child.unref();
    child.channel.unref();
    child.on("message", ({ port }) => {
      resolve({ port, url: `http://127.0.0.1:${port}`, set: (wanted) => child.send(wanted) });
    });
  });
