// As much of a Postgres server as a client needs to be happy, in a process of its own: every query takes 10 ms and has no rows.
const net = require("node:net");

const STARTUP = 196_608;

function message(type, body) {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const AUTHENTICATED = message("R", Buffer.alloc(4));
const READY = message("Z", Buffer.from("I"));
const COMPLETE = message("C", Buffer.from("SELECT 0\0"));

/** Reads whole messages off what has come; gives what is left. The first one has no type. */
function read(bytes, isNew, each) {
  let rest = bytes;
  let skipped = isNew ? 0 : 1;
  while (rest.length >= skipped + 4) {
    const size = skipped + rest.readInt32BE(skipped);
    if (rest.length < size) return rest;
    each(skipped === 0 ? rest.readInt32BE(4) : String.fromCharCode(rest[0]));
    rest = rest.subarray(size);
    skipped = 1;
  }
  return rest;
}

const server = net.createServer((socket) => {
  let left = Buffer.alloc(0);
  let isNew = true;
  const replyTo = (kind) => {
    if (kind === STARTUP) socket.write(Buffer.concat([AUTHENTICATED, READY]));
    else if (kind === "Q") setTimeout(() => socket.write(Buffer.concat([COMPLETE, READY])), 10);
    else if (kind === "X") socket.end();
    isNew = false;
  };
  socket.on("data", (chunk) => {
    left = read(Buffer.concat([left, chunk]), isNew, replyTo);
  });
  socket.on("error", () => {});
});

process.on("disconnect", () => process.exit(0));
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
