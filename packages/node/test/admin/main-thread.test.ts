import { expect, it, vi } from "vitest";
import type { Asked } from "../../src/admin/endpoints/endpoint.ts";
import { claim, type ToMain } from "../../src/admin/link/messages.ts";
import { MainThread } from "../../src/admin/worker/main-thread.ts";

const PATIENCE = { parts: 300, claim: 1_000, command: 5_000, scrape: 1_000, gap: 20 };
const ASKED: Asked = {
  params: {},
  query: {},
  body: undefined,
  caller: { role: "operator", identity: "token", address: "127.0.0.1" },
};

function linked(answer: (message: ToMain, main: MainThread) => void = () => {}) {
  vi.useFakeTimers();
  const sent: ToMain[] = [];
  const main: MainThread = new MainThread((message) => {
    sent.push(message);
    answer(message, main);
  }, PATIENCE);
  return { main, sent };
}

function answerParts(message: ToMain, main: MainThread): void {
  if (message.kind !== "ask") return;
  for (const { id } of message.questions) main.receive({ kind: "parts", id, parts: { asOf: 7, rules: [] } });
}

it("a flood of reads is a bounded number of questions", async () => {
  const { main, sent } = linked(answerParts);
  const reads = [];
  for (let i = 0; i < 1_000; i++) {
    reads.push(main.parts(["rules"]));
    await vi.advanceTimersByTimeAsync(1);
  }
  await Promise.all(reads);
  // A second of it, and one in 20 ms.
  expect(sent.length).toBeLessThanOrEqual(51);
});

it("an answer is never older than its question", async () => {
  let now = 0;
  const { main } = linked((message, to) => {
    if (message.kind !== "ask") return;
    for (const { id } of message.questions) to.receive({ kind: "parts", id, parts: { asOf: now, rules: [] } });
  });
  for (now = 1; now < 100; now++) {
    const asked = now;
    const read = main.parts(["rules"]);
    await vi.advanceTimersByTimeAsync(25);
    expect((await read).asOf).toBeGreaterThanOrEqual(asked);
  }
});

it("what is not answered in time is the last known, and says so", async () => {
  let isBlocked = false;
  const { main } = linked((message, to) => (isBlocked ? undefined : answerParts(message, to)));
  expect(await main.parts(["rules"])).toMatchObject({ isLive: true, asOf: 7, rules: [] });
  isBlocked = true;
  const read = main.parts(["rules"]);
  await vi.advanceTimersByTimeAsync(PATIENCE.parts);
  expect(await read).toMatchObject({ isLive: false, asOf: 7, rules: [] });
});

it("of what was asked for by name there is no last known one", async () => {
  let isBlocked = false;
  const { main } = linked((message, to) => {
    if (message.kind !== "ask" || isBlocked) return;
    for (const { id } of message.questions) {
      to.receive({ kind: "parts", id, parts: { asOf: 7, flag: { found: null, names: [] } } });
    }
  });
  await main.parts(["flag"], ASKED);
  isBlocked = true;
  const read = main.parts(["flag"], { ...ASKED, params: { flag: "other" } });
  await vi.advanceTimersByTimeAsync(PATIENCE.parts);
  expect((await read).flag).toBeUndefined();
});

it("a command that was given up is not run, and one that is run is not given up", async () => {
  const { main, sent } = linked();
  const first = main.run("overrideFlag", ASKED);
  await vi.advanceTimersByTimeAsync(PATIENCE.claim);
  expect(await first).toEqual({ is: "blocked" });
  const second = main.run("overrideFlag", ASKED);
  const [late, inTime] = sent.flatMap((message) => (message.kind === "run" ? [message.claim] : []));
  expect(claim(late as Int32Array, "running")).toBe(false);
  expect(claim(inTime as Int32Array, "running")).toBe(true);
  await vi.advanceTimersByTimeAsync(PATIENCE.claim + PATIENCE.command);
  expect(await second).toEqual({ is: "unfinished" });
});
