// A service as an application has it: uploads by a package at a version with a known crash.
import { tmpdir } from "node:os";
import { sop } from "@sop/express";
import { createSop } from "@sop/node";
import express from "express";
import multer from "multer";

const app = express();
const s = sop(createSop({ service: "catalog", logLevel: "silent", forensics: { bodies: true } }));
const upload = multer({ dest: tmpdir() });

app.use(s.middleware);
app.get("/items", (_req, res) => res.json([1, 2, 3]));
app.post("/upload", upload.single("file"), (_req, res) => res.json({ stored: true }));
app.use((error, _req, res, next) => (error.name === "MulterError" ? res.status(400).json({}) : next(error)));
app.use(s.errorHandler);
app.listen(4000, () => process.send?.("ready"));
