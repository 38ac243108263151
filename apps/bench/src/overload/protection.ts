import underPressure from "@fastify/under-pressure";
import type { OverloadOptions } from "@sop/core";
import { sop } from "@sop/fastify";
import type { FastifyInstance } from "fastify";
import { type Kind, POOL, type Protection } from "./service.ts";

/** By the loop where a service computes; where it waits, as many as its pool serves and half of that to wait. */
const FIXED: Readonly<Record<Kind, boolean | OverloadOptions>> = {
  cpu: true,
  accept: true,
  io: { maxInFlight: POOL * 1.5 },
};

/** Adds what protects the service. */
export async function protect(app: FastifyInstance, kind: Kind, protection: Protection): Promise<void> {
  if (protection === "under-pressure") {
    await app.register(underPressure, { maxEventLoopDelay: 20, maxEventLoopUtilization: 0.98, sampleInterval: 100 });
  } else if (protection !== "bare") {
    const overload = protection === "sop" ? FIXED[kind] : { adaptive: true };
    await app.register(sop, { service: "bench", logLevel: "silent", overload });
  }
}
