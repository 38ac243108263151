// A service that knows nothing of SOP.
const { createServer } = require("node:http");

const server = createServer((_request, response) => response.end("ok"));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
