import type { OverloadOptions, SopOptions } from "@sop/core";
import { bench, FakeClock, type FakeExchange } from "./fake.ts";
import { FakeEventLoop } from "./fake-event-loop.ts";

/** A request to be sent to the service under test. */
interface Sent {
  readonly url?: string;
  readonly route?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection. */
  readonly socket?: object;
}

/** A service that sheds load, with a loop and a clock that move when told to. */
export function shedding(overload: boolean | OverloadOptions, options: SopOptions = {}) {
  const clock = new FakeClock();
  const loop = new FakeEventLoop(clock);
  const ports = { clock, eventLoop: loop, random: () => 0.5, ...options.ports };
  const { sop, life } = bench({ ...options, overload, ports });

  const send = ({ url = "/items/7", route = "/items/:id", headers = {}, socket }: Sent = {}) => {
    const context = life.open({ method: "GET", url, headers, socket }, { route, replies: [] } satisfies FakeExchange);
    const refusal = life.admit(context);
    return { context, refusal, end: (status = 200) => life.close(context, refusal?.status ?? status, "finished") };
  };
  /** One that computes for `ms` milliseconds and is answered; tells whether it was let through. */
  const compute = (ms: number, sent?: Sent): boolean => {
    const { refusal, end } = send(sent);
    if (refusal === undefined) loop.work(ms);
    end();
    return refusal === undefined;
  };
  return { clock, loop, sop, life, send, compute };
}

/** Keeps the loop from sleeping for two seconds, by one request of 5 ms a turn. */
export function starve({ loop, compute }: ReturnType<typeof shedding>): void {
  for (let turns = 0; turns < 400; turns++) {
    compute(5);
    loop.turn();
  }
}
