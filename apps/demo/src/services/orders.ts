// Orders, on Fastify: asks the catalog for the price and the accounts for the credit.
import type { AddressInfo } from "node:net";
import { sop } from "@sop/fastify";
import { createSop } from "@sop/node";
import Fastify from "fastify";
import { listening, port, urlOf } from "./settings.ts";
import { upstream } from "./upstream.ts";

interface OrderForm {
  readonly key: string;
  readonly account: number;
  readonly item: number;
}

const schema = {
  body: {
    type: "object",
    required: ["key", "account", "item"],
    properties: { key: { type: "string" }, account: { type: "integer" }, item: { type: "integer" } },
  },
};

const orders = new Map<string, number>();
const ready = createSop({ service: "orders", deadline: { default: "10s" } });
const catalog = upstream(ready, "catalog", urlOf("catalog"));
const accounts = upstream(ready, "accounts", urlOf("accounts"));
const app = Fastify();
app.register(sop, ready);

app.post<{ Body: OrderForm }>("/orders", { schema }, async (request, reply) => {
  const { key, account, item } = request.body;
  const { signal } = request.sop;
  const [price, credit] = await Promise.all([
    catalog(`/items/${item}`, {}, signal),
    accounts(`/accounts/${account}`, {}, signal),
  ]);
  if (price.status !== 200 || credit.status !== 200)
    return reply.code(422).send({ problem: "no such item or account" });
  const { price: total } = JSON.parse(price.body) as { price: number };
  orders.set(key, total);
  reply.header("x-attempts", Math.max(price.attempts, credit.attempts));
  return reply.code(201).send({ key, total });
});

await app.listen({ host: "127.0.0.1", port });
listening((app.server.address() as AddressInfo).port);
