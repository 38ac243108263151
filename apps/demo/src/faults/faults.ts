import { setTimeout } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { every, leaveEarly, send } from "./send.ts";

/** A text that keeps moment busy for seconds. */
const COMMENTS = "(".repeat(50_000);
const TEXT = { method: "POST", headers: { "content-type": "text/plain" } };
const POST = { method: "POST" };
const nothing = (): Promise<void> => Promise.resolve();

/** Whether a request is answered with 200. */
async function isOk(url: string, init: RequestInit = {}): Promise<boolean> {
  return (await send(url, init))?.status === 200;
}

/** One customer puts two things into the cart at once; whether both are there afterwards. */
async function fillCart(url: string): Promise<boolean> {
  const first = await send(`${url}/cart/honey`, POST);
  if (!first) return false;
  const headers = { cookie: first.cookie };
  const slow = send(`${url}/cart/bread`, { ...POST, headers });
  await setTimeout(5);
  await Promise.all([slow, send(`${url}/cart/coffee`, { ...POST, headers })]);
  const cart = (await send(`${url}/cart`, { headers }))?.body ?? "";
  return cart.includes("bread") && cart.includes("coffee");
}

/** The faults beside the crash. */
export const FAULTS = {
  leak: {
    package: "ajv 8.12.0 (ajv-validator/ajv#1413)",
    about: "each label compiles its schema anew, and what was compiled is never let go",
    cause: "memory_leak",
    flag: "labels.anew",
    isReplaced: false,
    needsCarrier: false,
    usual: nothing,
    setOff: ({ url }, signal) => every(20, signal, () => send(`${url}/labels`)),
    isWell: ({ url }) => isOk(`${url}/labels`),
  },
  deadlock: {
    package: "async-mutex 0.4.0",
    about: "two that move stock take the locks of two shelves in opposite orders",
    cause: "deadlock",
    flag: "stock.both-orders",
    isReplaced: true,
    needsCarrier: false,
    usual: ({ url }, signal) => every(50, signal, () => send(`${url}/stock/return`, POST)),
    setOff: ({ url }, signal) =>
      every(200, signal, () =>
        // Two that meet.
        Promise.all(["fetch", "return"].map((way) => send(`${url}/stock/${way}`, POST, 10_000))),
      ),
    isWell: async ({ url }) => {
      const both = ["fetch", "return"].map((way) => isOk(`${url}/stock/${way}`, POST));
      return (await Promise.all(both)).every(Boolean);
    },
  },
  cascade: {
    package: "axios 1.6.2 (its timeout is 0)",
    about: "a carrier is silent, nothing bounds the call to it, and all who wait give up",
    cause: "timeout_cascade",
    flag: "shipping.ask",
    isReplaced: false,
    needsCarrier: true,
    async usual({ url, carrier }, signal) {
      await send(`${carrier}/speak`);
      await every(50, signal, () => send(`${url}/shipping`));
    },
    async setOff({ url, carrier }, signal) {
      await send(`${carrier}/silent`);
      await every(50, signal, () => send(`${url}/shipping`));
    },
    isWell: ({ url }) => isOk(`${url}/shipping`),
  },
  race: {
    package: "express-session 1.17.3 (expressjs/session#361)",
    about: "of two requests of one customer at once, the last one stores its session over that of the other",
    cause: "race_condition",
    flag: "cart.at-once",
    isReplaced: false,
    needsCarrier: false,
    usual: nothing,
    setOff: ({ url }, signal) => every(200, signal, () => fillCart(url)),
    isWell: ({ url }) => fillCart(url),
  },
  stall: {
    package: "moment 2.29.3 (CVE-2022-31129)",
    about: "an expression for comments in dates takes a time that grows with the square of the text",
    cause: "event_loop_stall",
    flag: "delivery-day.any-form",
    isReplaced: false,
    needsCarrier: false,
    usual: ({ url }, signal) => every(100, signal, () => send(`${url}/delivery-day`, { ...TEXT, body: "2026-11-25" })),
    setOff: ({ url }, signal) =>
      every(1_500, signal, () => send(`${url}/delivery-day`, { ...TEXT, body: COMMENTS }, 20_000)),
    isWell: ({ url }) => isOk(`${url}/delivery-day`, { ...TEXT, body: COMMENTS }),
  },
  pool: {
    package: "undici 6.13.0 (vercel/next.js#43493)",
    about: "answers whose body nobody reads keep all eight connections of a pool",
    cause: "pool_exhaustion",
    flag: "has-picture.head-only",
    isReplaced: false,
    needsCarrier: true,
    usual: nothing,
    setOff: ({ url }, signal) => every(200, signal, () => send(`${url}/has-picture`, {}, 10_000)),
    isWell: ({ url }) => isOk(`${url}/has-picture`),
  },
  fd: {
    package: "sirv 2.0.4 (sveltejs/kit#11617)",
    about: "films whose viewers leave early stay open",
    cause: "fd_leak",
    flag: "films.sirv",
    isReplaced: false,
    needsCarrier: false,
    usual: nothing,
    setOff: ({ url }, signal) => every(40, signal, () => leaveEarly(`${url}/bread.mp4`)),
    isWell: ({ url }) => leaveEarly(`${url}/bread.mp4`),
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** The name of a fault beside the crash. */
export type FaultName = keyof typeof FAULTS;

/** Every fault that the demo has, the first one the usual one. */
export const FAULT_NAMES: readonly ("crash" | FaultName)[] = ["crash", ...(Object.keys(FAULTS) as FaultName[])];

/** For people: each fault with its package and what goes wrong. */
export function faultList(): string {
  const rows = Object.entries<Fault>(FAULTS).map(([name, fault]) => [
    name,
    fault.cause,
    `${fault.package}: ${fault.about}`,
  ]);
  const crash = [
    "crash",
    "crash.uncaught",
    "multer 1.4.5-lts.1: an upload without its end is an error that nobody listens to",
  ];
  return [crash, ...rows]
    .map(([name = "", cause = "", what = ""]) => `  ${name.padEnd(10)}${cause.padEnd(18)}${what}`)
    .join("\n");
}
