import { once } from "node:events";
import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type ServerWritableStream,
  type ServiceDefinition,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { expect, it, onTestFinished } from "vitest";
import { drainServer } from "../../src/drain.ts";
import { leaving } from "../support/leaving.ts";

const encode = (text: string): Buffer => Buffer.from(text);
const decode = (bytes: Buffer): string => bytes.toString();
const method = (path: string, responseStream: boolean) => ({
  path,
  requestStream: false,
  responseStream,
  requestSerialize: encode,
  requestDeserialize: decode,
  responseSerialize: encode,
  responseDeserialize: decode,
});
const SHOP = {
  echo: method("/shop.Shop/Echo", false),
  watch: method("/shop.Shop/Watch", true),
} satisfies ServiceDefinition;

/** A server whose `echo` takes as long as it is told, and whose `watch` never ends. */
async function serve() {
  const server = new Server();
  const watching: ServerWritableStream<string, string>[] = [];
  let calls = 0;
  server.addService(SHOP, {
    echo: ({ request }: { request: string }, done: (error: null, text: string) => void) => {
      calls++;
      setTimeout(() => done(null, request), Number(request));
    },
    watch: (call: ServerWritableStream<string, string>) => {
      watching.push(call);
      call.write("first");
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, at) =>
      error ? reject(error) : resolve(at),
    ),
  );
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
    server.forceShutdown();
  });
  const echo = (text: string): Promise<string | undefined> =>
    new Promise((resolve, reject) =>
      client.makeUnaryRequest(SHOP.echo.path, encode, decode, text, new Metadata(), {}, (error, answer) =>
        error ? reject(error) : resolve(answer),
      ),
    );
  const watch = () => client.makeServerStreamRequest(SHOP.watch.path, encode, decode, "all", new Metadata(), {});
  return { server, echo, watch, watching, calls: () => calls };
}

it.each([true, false])("calls in flight finish, and the port is closed (told of the server: %s)", async (isGiven) => {
  const sop = leaving();
  const { server, echo, calls } = await serve();
  if (isGiven) drainServer(sop, server);
  const running = echo("400");
  await expect.poll(calls).toBe(1);
  const done = sop.drain();
  expect(await running).toBe("400");
  await done;
  await expect(echo("0")).rejects.toMatchObject({ code: status.UNAVAILABLE });
});

it.each([true, false])(
  "calls made all the time are served, or never begun (told of the server: %s)",
  async (isGiven) => {
    const sop = leaving();
    const { server, echo } = await serve();
    if (isGiven) drainServer(sop, server);
    const outcomes: string[] = [];
    let isOver = false;
    const clients = Array.from({ length: 20 }, async () => {
      while (!isOver) {
        await echo("5").then(
          () => outcomes.push("served"),
          ({ code, details }: ServiceError) => {
            // What no server has seen: no connection could be made any more.
            if (code !== status.UNAVAILABLE || !/No connection established|ECONNREFUSED/.test(details))
              outcomes.push(details);
            isOver = true;
          },
        );
      }
    });
    await expect.poll(() => outcomes.length).toBeGreaterThan(200);
    await sop.drain();
    await Promise.all(clients);
    expect(new Set(outcomes)).toEqual(new Set(["served"]));
  },
);

it("a stream that would never end is ended at the limit", async () => {
  const sop = leaving({ drain: { limit: "600ms" } });
  const { server, watch, watching } = await serve();
  drainServer(sop, server);
  const stream = watch();
  await once(stream, "data");
  const failed = once(stream, "error");
  await sop.drain();
  const [error] = (await failed) as [ServiceError];
  expect([status.UNAVAILABLE, status.CANCELLED, status.INTERNAL]).toContain(error.code);
  expect(watching[0]?.cancelled).toBe(true);
});
