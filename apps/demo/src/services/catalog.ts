// The catalog, on Express: what the shop sells, and pictures of it. Uploads are parsed by a public package at a version with a
// known crash: a multipart body without its end is an `error` event that nobody listens to.
import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";
import { sop as protect } from "@sop/express";
import { createSop } from "@sop/node";
import express, { type RequestHandler } from "express";
import multer from "multer";
import { addFault } from "./faults/routes.ts";
import { listening, port } from "./settings.ts";

const sop = createSop({ service: "catalog", deadline: { default: "5s" }, forensics: { bodies: true } });
const { middleware, errorHandler } = protect(sop);

const items = ["bread", "coffee", "honey", "olives"].map((name, id) => ({ id, name, price: 3 + id }));
const pictures = new Map<string, string>();
const upload = multer({ storage: multer.memoryStorage(), limits: { fileSize: 1_000_000 } });

const store = (key: string, picture: Buffer): void => {
  pictures.set(key, createHash("sha256").update(picture).digest("hex"));
};

/** Parses the form. */
const parse: RequestHandler[] = [
  upload.single("picture"),
  (req, res) => {
    store(String(req.query["key"]), req.file?.buffer ?? Buffer.alloc(0));
    res.status(201).json({ stored: "picture" });
  },
];

/** Keeps the upload as it came: it is parsed when the parser is mended. */
const keep: RequestHandler[] = [
  express.raw({ type: "multipart/form-data", limit: "2mb" }),
  (req, res) => {
    store(String(req.query["key"]), req.body);
    res.status(202).json({ stored: "upload" });
  },
];

const app = express();
app.use(middleware);
app.get("/items", (_req, res) => void res.json(items));
app.get("/items/:id", (req, res) => {
  const item = items[Number(req.params.id)];
  if (item) res.json(item);
  else res.status(404).json({ problem: "no such item" });
});
// What each layer says of a flag; the gateway does not hand it on.
app.get("/flags/:name", (req, res) => void res.json(sop.explain(req.params.name)));
app.post("/pictures", sop.degradable("pictures.parse", { primary: chain(parse), fallback: chain(keep) }));
// Routes with another fault, where the demo wants one.
const fault = process.env["SHOP_FAULT"];
if (fault) await addFault(fault, app, sop);
app.use(errorHandler);

const server = app.listen(port, "127.0.0.1", () => listening((server.address() as AddressInfo).port));

/** Several handlers as one. */
function chain(handlers: readonly RequestHandler[]): RequestHandler {
  return express.Router({ mergeParams: true }).use(...handlers);
}
