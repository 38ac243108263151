import express from "express";
import moment from "moment";
import type { AddRoutes } from "./routes.ts";

/**
 * Reads the day on which a customer wants to have something, by moment 2.29.3, whose expression for the comments of RFC 2822 takes a time that
 * grows with the square of the text (CVE-2022-31129). The fallback takes days as ISO 8601 has them, and nothing else.
 */
export const addRoutes: AddRoutes = (router, sop) => {
  const body = express.text({ limit: "1mb" });
  router.post(
    "/delivery-day",
    body,
    sop.degradable("delivery-day.any-form", {
      primary: (req, res) => void res.json({ isDay: moment(String(req.body)).isValid() }),
      fallback: (req, res) => void res.json({ isDay: /^\d{4}-\d{2}-\d{2}$/.test(String(req.body)) }),
    }),
  );
};
