import type { Answer, Asked } from "../endpoint.js";
import type { Desk } from "./desk.js";
import { traceRequests } from "./request-trace.js";

/** Does what takes its time. */
type Task = (desk: Desk, asked: Asked) => Promise<Answer>;

/** What the main thread does for evidence that is taken beside it, by name. */
export const tasks: Readonly<Record<string, Task>> = {
  async traceRequests({ sop, clock }, { query }) {
    const { seconds = 10 } = query as { readonly seconds?: number };
    return { status: 200, json: await traceRequests(sop, clock, seconds * 1_000) };
  },
};
