import express from "express";

const shops = express.Router({ mergeParams: true });
shops.get("/items/:item", async (_request, response) => {
  await Promise.resolve();
  response.json({ ok: true });
});
const app = express();
app.use("/shops/:shop", shops);
const server = app.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
