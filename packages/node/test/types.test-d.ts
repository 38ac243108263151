import type { Client, Provider } from "@openfeature/server-sdk";
import type { ConfigSource, IncidentStepName, Sop, SopOptions } from "@sop/core";
import { createSop, type NodeOptions, type NodeSop } from "@sop/node";
import { forensics, type IncidentRecord, listIncidents, markStep, readIncident } from "@sop/node/forensics";
import { watchOutgoing } from "@sop/node/http";
import { openFeatureSource, sopProvider } from "@sop/node/openfeature";
import { prometheus } from "@sop/node/prometheus";
import { apolloSource } from "@sop/node/sources/apollo";
import { envSource } from "@sop/node/sources/env";
import { etcdSource } from "@sop/node/sources/etcd";
import { fileSource } from "@sop/node/sources/file";
import { httpSource } from "@sop/node/sources/http";
import { natsSource } from "@sop/node/sources/nats";
import { redisSource } from "@sop/node/sources/redis";
import { Mutex } from "async-mutex";
import type { Registry } from "prom-client";
import { expectTypeOf } from "vitest";

expectTypeOf<SopOptions>().toExtend<NodeOptions>();
expectTypeOf(createSop).toBeCallableWith({ service: "shop", config: false, forensics: { keep: 5, bodies: true } });
expectTypeOf(createSop).returns.toEqualTypeOf<NodeSop>();
expectTypeOf(createSop).returns.toExtend<Sop>();
expectTypeOf<NodeSop>().toHaveProperty("track").toBeCallableWith(new Mutex(), "stock");
// @ts-expect-error an option that does not exist
createSop({ service: "shop", forensic: false });
// @ts-expect-error a part is switched off with false
createSop({ service: "shop", forensics: true });

expectTypeOf(forensics).returns.toEqualTypeOf<() => void>();
expectTypeOf(readIncident).returns.toEqualTypeOf<IncidentRecord>();
expectTypeOf(listIncidents).returns.items.toExtend<IncidentRecord & { dir: string }>();
expectTypeOf(markStep).parameter(1).toEqualTypeOf<IncidentStepName>();

expectTypeOf(createSop).toBeCallableWith({ service: "shop", outgoing: { timeout: "5s", watch: { longest: "2s" } } });
expectTypeOf(createSop).toBeCallableWith({ service: "shop", outgoing: { watch: false } });
expectTypeOf(watchOutgoing).returns.toEqualTypeOf<() => void>();
expectTypeOf(watchOutgoing).toBeCallableWith(createSop({ service: "shop" }), { unread: "10s", propagate: false });

expectTypeOf(prometheus).parameter(0).toEqualTypeOf<Sop>();
expectTypeOf(prometheus).returns.toEqualTypeOf<Registry>();

expectTypeOf(fileSource).returns.toEqualTypeOf<ConfigSource>();
expectTypeOf(fileSource).toBeCallableWith("sop.yaml", { name: "file", interval: "10s" });

expectTypeOf(envSource).toBeCallableWith();
expectTypeOf(httpSource).toBeCallableWith({
  url: "https://config/flags",
  interval: "5s",
  cache: false,
  maxBytes: "1MiB",
});
expectTypeOf(etcdSource).toBeCallableWith({ endpoints: ["http://etcd:2379"], prefix: "/sop/shop/", user: "shop" });
expectTypeOf(redisSource).toBeCallableWith({ key: "sop:shop", tls: { caFile: "ca.pem" } });
expectTypeOf(natsSource).toBeCallableWith({ servers: "nats:4222", bucket: "flags", tokenFile: "token" });
expectTypeOf(apolloSource).toBeCallableWith({ server: "http://apollo:8080", appId: "shop" });
expectTypeOf([
  envSource,
  httpSource,
  etcdSource,
  redisSource,
  natsSource,
  apolloSource,
]).items.returns.toEqualTypeOf<ConfigSource>();
// @ts-expect-error a bucket is needed
natsSource({ servers: "nats:4222" });
expectTypeOf(sopProvider).returns.toEqualTypeOf<Provider>();
expectTypeOf(openFeatureSource).returns.toEqualTypeOf<ConfigSource>();
expectTypeOf(openFeatureSource).parameter(0).toEqualTypeOf<Provider | Client>();
expectTypeOf(openFeatureSource).toBeCallableWith(sopProvider(createSop()), { flags: ["fast"], interval: "10s" });
// @ts-expect-error the names of the flags have to be given
openFeatureSource(sopProvider(createSop()), {});
