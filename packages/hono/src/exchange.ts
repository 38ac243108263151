import type { NodeResponse, Reply } from "@sop/core";
import type { Context } from "hono";

export const EXCHANGE: unique symbol = Symbol("sop.exchange");

/** Node's response, with the context that answers through it. */
export interface NodeExchange extends NodeResponse {
  [EXCHANGE]?: Context;
}

/** Where there is no response of Node's: an answer is a value that the middleware returns. */
export interface WebExchange {
  readonly context: Context;
  /** Answers in the handler's place. */
  readonly answer: (reply: Reply) => void;
  /** Sets a header of the answer, whoever gives it. */
  readonly setHeader: (name: string, value: string) => void;
}
