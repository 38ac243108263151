import "reflect-metadata";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials, type GrpcObject, loadPackageDefinition, type ServiceClientConstructor } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { Controller, ForbiddenException, Module, type Type } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import {
  ClientProxyFactory,
  GrpcMethod,
  MessagePattern,
  type MicroserviceOptions,
  RpcException,
  Transport,
} from "@nestjs/microservices";
import { type BreakerOptions, createSop, type Host, type Logger, type Sop } from "@sop/core";
import { firstValueFrom, type Observable, Subject } from "rxjs";
import { describe, expect, it, onTestFinished } from "vitest";
import { Breaker, SopModule } from "../src/index.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const host: Host = { env: {}, onCrash: () => () => {}, exit: () => {} };
const once: BreakerOptions = { consecutiveFailuresThreshold: 1, waitDurationInOpenState: "90s" };

const feed = new Subject<{ name: string }>();

function itemOf({ name }: { name: string }): { name: string } {
  if (name === "broken") throw new Error("secret of the shop");
  if (name === "unknown") throw new RpcException({ code: 5, message: "no such item" });
  if (name === "forbidden") throw new ForbiddenException();
  return { name };
}

@Controller()
class Items {
  @MessagePattern("find")
  @Breaker(once)
  find(query: { name: string }): { name: string } {
    return itemOf(query);
  }

  @GrpcMethod("Items", "Find")
  @Breaker(once)
  findOverGrpc(query: { name: string }): { name: string } {
    return itemOf(query);
  }

  @GrpcMethod("Items", "Watch")
  @Breaker("feed")
  watch(): Observable<{ name: string }> {
    return feed;
  }
}

function make(): { sop: Sop; AppModule: Type } {
  const sop = createSop({ service: "items", logger: silent, ports: { host } });
  const AppModule: Type = class {};
  Module({ imports: [SopModule.forRoot(sop)], controllers: [Items] })(AppModule);
  return { sop, AppModule };
}

async function start(AppModule: Type, options: MicroserviceOptions) {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(AppModule, {
    ...options,
    logger: false,
    abortOnError: false,
  });
  await app.listen();
  onTestFinished(() => app.close());
  return app;
}

const refusal = { code: 14, message: "SOP_BREAKER_OPEN" };

describe("over TCP", () => {
  async function serve() {
    const { sop, AppModule } = make();
    const app = await start(AppModule, { transport: Transport.TCP, options: { host: "127.0.0.1", port: 0 } });
    const { port } = app.unwrap<Server>().address() as AddressInfo;
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: "127.0.0.1", port } });
    onTestFinished(() => client.close());
    const find = (name: string) =>
      firstValueFrom<unknown>(client.send("find", { name })).catch((error: unknown) => ({ error }));
    return { find, metrics: () => sop.breakers()[0]?.metrics() };
  }

  it("a breaker is named after the handler, and its refusal says how long to wait", async () => {
    const { find, metrics } = await serve();
    expect(await find("cup")).toEqual({ name: "cup" });
    expect(metrics()).toMatchObject({ name: "RPC Items.find", state: "closed", calls: { successful: 1 } });
    expect(await find("broken")).toEqual({ error: { status: "error", message: "Internal server error" } });
    const { error } = (await find("cup")) as { error: Record<string, unknown> };
    expect(error).toEqual({ status: "error", ...refusal, retryAfter: expect.any(Number) });
    expect(error["retryAfter"]).toBeGreaterThan(80_000);
    expect(metrics()).toMatchObject({ state: "open", calls: { successful: 1, failed: 1, not_permitted: 1 } });
  });

  it("what is the caller's fault is no failure", async () => {
    const { find, metrics } = await serve();
    expect(await find("unknown")).toEqual({ error: { code: 5, message: "no such item" } });
    expect(await find("forbidden")).toHaveProperty("error");
    expect(metrics()).toMatchObject({ state: "closed", calls: { successful: 2, failed: 0 } });
  });
});

describe("over gRPC", () => {
  const message = { fields: { name: { type: "string", id: 1 } } };
  const definition = fromJSON({
    nested: {
      shop: {
        nested: {
          Item: message,
          Items: {
            methods: {
              Find: { requestType: "Item", responseType: "Item", comment: "" },
              Watch: { requestType: "Item", responseType: "Item", comment: "", responseStream: true },
            },
          },
        },
      },
    },
  });

  async function serve() {
    const { sop, AppModule } = make();
    const dir = mkdtempSync(join(tmpdir(), "sop-grpc-"));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const url = `unix:${join(dir, "items.sock")}`;
    await start(AppModule, {
      transport: Transport.GRPC,
      options: { package: "shop", packageDefinition: definition, url },
    });
    const { Items: Client } = loadPackageDefinition(definition)["shop"] as GrpcObject;
    const client = new (Client as ServiceClientConstructor)(url, credentials.createInsecure());
    onTestFinished(() => client.close());
    const find = (name: string): Promise<unknown> =>
      new Promise((resolve) => {
        client["Find"]?.({ name }, (error: unknown, value: unknown) => resolve(error ?? value));
      });
    return { find, client, sop };
  }

  it("a refusal is UNAVAILABLE", async () => {
    const { find } = await serve();
    expect(await find("cup")).toEqual({ name: "cup" });
    expect(await find("unknown")).toMatchObject({ code: 5, details: "no such item" });
    expect(await find("broken")).toMatchObject({ code: 2, details: "Internal server error" });
    expect(await find("cup")).toMatchObject({ code: 14, details: "SOP_BREAKER_OPEN" });
  });

  it("a stream that its client leaves is ignored", async () => {
    const { client, sop } = await serve();
    const stream = client["Watch"]?.({});
    const received = new Promise<unknown>((resolve) => stream.once("data", resolve));
    stream.on("error", () => {});
    const push = setInterval(() => feed.next({ name: "cup" }), 5);
    expect(await received).toEqual({ name: "cup" });
    clearInterval(push);
    stream.cancel();
    await expect.poll(() => sop.breaker("feed").metrics().calls).toMatchObject({ ignored: 1, failed: 0 });
  });
});
