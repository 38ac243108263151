import ajvModule from "ajv";
import type { RequestHandler } from "express";
import type { AddRoutes } from "./routes.ts";

const { default: Ajv } = ajvModule;
const SCHEMA = {
  type: "object",
  required: ["name", "price"],
  properties: { name: { type: "string" }, price: { type: "number" }, origin: { type: "string" } },
};
const LABEL = { name: "bread", price: 3 };

/**
 * Prints labels, each checked by a schema. ajv 8.12.0 keeps what it compiles for each schema object that it is given (ajv-validator/ajv#1413): a
 * schema made anew for each request is never let go. The fallback compiles it once.
 */
export const addRoutes: AddRoutes = (router, sop) => {
  const ajv = new Ajv();
  const once = ajv.compile(SCHEMA);
  const anew: RequestHandler = (_req, res) => {
    for (let i = 0; i < 3; i++) ajv.compile(structuredClone(SCHEMA))(LABEL);
    res.json({ label: LABEL });
  };
  const kept: RequestHandler = (_req, res) => void res.json({ label: once(LABEL) ? LABEL : undefined });
  router.get("/labels", sop.degradable("labels.anew", { primary: anew, fallback: kept }));
};
