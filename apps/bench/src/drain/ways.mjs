/** Ways to end a server on SIGTERM, each as its documentation says. `limit`: milliseconds that it may take. */
export const WAYS = {
  "process.exit": () => onTerm(() => process.exit()),

  "server.close": (server) => onTerm(() => server.close(() => process.exit())),

  "close + closeIdleConnections": (server) =>
    onTerm(() => {
      server.close(() => process.exit());
      setInterval(() => server.closeIdleConnections(), 100);
    }),

  async "http-terminator"(server, limit) {
    const { createHttpTerminator } = await import("http-terminator");
    const terminator = createHttpTerminator({ server, gracefulTerminationTimeout: limit });
    onTerm(() => terminator.terminate().then(() => process.exit()));
  },

  async stoppable(server, limit) {
    const { default: stoppable } = await import("stoppable");
    stoppable(server, limit);
    onTerm(() => server.stop(() => process.exit()));
  },

  async "http-graceful-shutdown"(server, limit) {
    const { default: shutdown } = await import("http-graceful-shutdown");
    shutdown(server, { timeout: limit, signals: "SIGTERM" });
  },
};

function onTerm(leave) {
  process.once("SIGTERM", leave);
}
