const express = require("express4");

const shops = express.Router({ mergeParams: true });
shops.get("/items/:item", (_request, response) => response.json({ ok: true }));
const app = express();
app.use("/shops/:shop", shops);
app.get("/slow", (_request, response) => setTimeout(() => response.send("slow"), 50));
const server = app.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
