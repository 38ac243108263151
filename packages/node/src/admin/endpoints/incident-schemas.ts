import { type TSchema, Type } from "@sinclair/typebox";
import { count, maybe, oneOf, time } from "./schemas.js";

const Trigger = Type.Object({
  kind: Type.String(),
  at: time,
  name: maybe(Type.String()),
  type: maybe(Type.String()),
  message: maybe(Type.String()),
  requestId: maybe(Type.String()),
  method: maybe(Type.String()),
  route: maybe(Type.String()),
});

/** An incident in a list. */
export const Row: TSchema = Type.Object({
  id: Type.String(),
  service: Type.String(),
  state: oneOf(["open", "closed"]),
  openedAt: time,
  closedAt: maybe(time),
  triggerCount: count,
  trigger: Trigger,
  steps: Type.Array(Type.String(), { description: "Steps that were taken: contained, recorded, diagnosed, ..." }),
});

/** A file of a bundle, as its manifest has it. */
export const BundleFile: TSchema = Type.Object({
  name: Type.String(),
  kind: maybe(Type.String()),
  bytes: count,
  sha256: Type.String(),
});

/** What a bundle has not, and why. */
export const LeftOut: TSchema = Type.Object({ file: Type.String(), why: Type.String() });
