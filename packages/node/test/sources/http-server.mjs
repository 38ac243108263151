// A document of flags behind HTTP, for tests. Started again, it has what it had: the document is a file.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

const [port, file] = process.argv.slice(2);
if (!existsSync(file)) writeFileSync(file, "{}");

const server = createServer(async (request, response) => {
  if (request.method === "PUT") {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    writeFileSync(file, Buffer.concat(chunks));
    response.end();
    return;
  }
  const document = readFileSync(file);
  const etag = `"${createHash("sha256").update(document).digest("hex")}"`;
  const isKnown = request.headers["if-none-match"] === etag;
  response.writeHead(isKnown ? 304 : 200, { etag }).end(isKnown ? undefined : document);
});
server.listen(Number(port), "127.0.0.1");
