import fastify from "fastify";

const app = fastify();
app.get("/shops/:shop/items/:item", async () => ({ ok: true }));
await app.listen({ port: 0, host: "127.0.0.1" });
console.log(`port ${app.server.address().port}`);
