/** What every service of the shop is told by its environment. */
export const port: number = Number(process.env["PORT"] ?? 0);

/** Where another service of the shop is. Throws where nobody said so. */
export function urlOf(service: "orders" | "accounts" | "catalog" | "carrier"): string {
  const name = `${service.toUpperCase()}_URL`;
  const url = process.env[name];
  if (url === undefined) throw new Error(`${name} is not set: where is ${service}?`);
  return url;
}

/** Tells who started this process that it listens, and where. */
export function listening(taken: number): void {
  if (process.send) process.send({ listening: taken });
  else console.log(`listening on http://127.0.0.1:${taken}`);
  // Whoever started it is gone.
  process.once("disconnect", () => process.exit());
}
