// A script: two withdrawals from an account that is kept in a file; the second one usually comes when the first one is over.
import { mkdtempSync, promises, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const isSafe = process.argv.includes("--safe") || process.env.SAFE === "yes";
const file = join(mkdtempSync(join(tmpdir(), "sop-bank-")), "account");
writeFileSync(file, "100");

async function withdraw(amount) {
  const balance = Number(await promises.readFile(file, "utf8"));
  await wait(1);
  await promises.writeFile(file, String(balance - amount));
}

const first = withdraw(30);
await Promise.all([
  first,
  wait(40)
    .then(() => (isSafe ? first : undefined))
    .then(() => withdraw(50)),
]);
const balance = Number(readFileSync(file, "utf8"));
if (balance !== 20) {
  console.error(`the balance is ${balance}`);
  process.exitCode = 1;
}
