import { sop } from "@sop/fastify";
import { createSop } from "@sop/node";
import Fastify from "fastify";

/** What the service under test tells of itself; times are of the machine's monotonic clock, in nanoseconds. */
export type Told =
  | { readonly port: number }
  | { readonly decided: number; readonly at: string }
  | { readonly state: string; readonly problem: string | undefined; readonly at: string };

/** Two numbers that must not be seen by halves. */
type Pair = Readonly<Record<"left" | "right", number>>;

const [, , config = "", isTransactional] = process.argv;
const tell = (told: Told): void => void process.send?.(told);
const now = (): string => String(process.hrtime.bigint());

const shop = createSop({
  service: "bench",
  config,
  forensics: false,
  logLevel: "silent",
  observers: [
    {
      flagChanged: ({ flag }) => {
        if (flag === "pair") tell({ decided: pair.value.left, at: now() });
      },
      sourceChanged: ({ source, state, problem }) => {
        if (source !== "file") tell({ state, problem, at: now() });
      },
    },
  ],
});
const pair = shop.flag<Pair>("pair", { left: 0, right: 0 });
const left = shop.flag("left", 0);
const right = shop.flag("right", 0);

const app = Fastify();
app.register(sop, shop);
app.get("/", async (_request, reply) => {
  const isMixed = pair.value.left !== pair.value.right || (isTransactional === "true" && left.value !== right.value);
  return reply.code(isMixed ? 500 : 200).send("ok");
});
tell({ port: Number(new URL(await app.listen({ port: 0, host: "127.0.0.1" })).port) });
process.on("disconnect", () => process.exit());
