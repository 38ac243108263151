// A service that pays out of one account. A lease keeps others out of it for 8 ms: longer than a payment takes, as a rule.
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { openNodeExchange, writeNodeReply } from "@sop/core";
import { createSop } from "@sop/node";
import { trackStore } from "@sop/node/contention";

const term = Number(process.env.LEASE_MS ?? 8);
const payment = Number(process.env.PAYMENT_MS ?? 2);
const sop = createSop({ service: "bank", logLevel: "silent", forensics: { bodies: true } });
const accounts = trackStore(sop, new Map([["anna", { balance: 100 }]]), "accounts");
let paid = 0;
let turn = Promise.resolve();

/** Resolves to a function that gives the lease back. */
function lease() {
  const { promise: isOver, resolve } = Promise.withResolvers();
  const mine = turn.then(() => {
    const timer = setTimeout(resolve, term);
    return () => {
      clearTimeout(timer);
      resolve();
    };
  });
  turn = mine.then(() => isOver);
  return mine;
}

async function withdraw(name, amount) {
  const giveBack = await lease();
  try {
    const { balance } = accounts.get(name);
    if (balance < amount) return 409;
    await sleep(payment);
    accounts.set(name, { balance: balance - amount });
    paid += amount;
    if (paid > 100) throw new Error(`paid out ${paid} of 100`);
    return 200;
  } finally {
    giveBack();
  }
}

const life = sop.lifecycle({ name: "http", route: () => "/withdraw", respond: writeNodeReply });
createServer((request, response) => {
  const context = openNodeExchange(life, request, response);
  const refusal = life.admit(context);
  if (refusal) return writeNodeReply(response, refusal);
  life
    .run(context, async () => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const { account, amount } = JSON.parse(body);
      response.writeHead(await withdraw(account, amount)).end();
    })
    .catch((error) => {
      const reply = life.fail(context, error);
      if (reply) writeNodeReply(response, reply);
    });
}).listen(3000);
