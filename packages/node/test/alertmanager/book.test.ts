import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Alert } from "../../src/alertmanager/alert.ts";
import { AlertBook } from "../../src/alertmanager/book.ts";

const REPEAT = 60_000;
const HOLD = 30_000;

function bookOf(peers = ["a"], maxBytes = 1_000_000) {
  const lost: (string | undefined)[] = [];
  const dropped = ({ alertname }: Readonly<Record<string, string>>): void => void lost.push(alertname);
  return { lost, book: new AlertBook({ peers, repeat: REPEAT, hold: HOLD, maxBytes, dropped }) };
}

function alert(alertname: string, startsAt = 0, severity = "warning"): Alert {
  return { labels: { alertname, severity }, annotations: {}, startsAt, endedAt: undefined, generatorURL: undefined };
}

/** Sends what is due at `now`, as a list of names and of how long each fires from then on. */
function sendTo(book: AlertBook, peer: string, now: number) {
  const { batch, next } = book.due(peer, now, 100);
  book.told(peer, batch, now);
  return { sent: batch.map(({ alert }) => [alert.labels["alertname"], Date.parse(alert.endsAt) - now]), next };
}

describe("the book of alerts", () => {
  test("has an alert sent at once, and again before it would end by itself", () => {
    const { book } = bookOf();
    book.fire(alert("A"));
    expect(sendTo(book, "a", 0)).toEqual({ sent: [["A", 4 * REPEAT]], next: Number.POSITIVE_INFINITY });
    expect(book.due("a", 1, 100)).toEqual({ batch: [], next: REPEAT });
    expect(sendTo(book, "a", REPEAT).sent).toEqual([["A", 4 * REPEAT]]);
  });

  test("tells of an end not before the alert was heard of for as long as `hold` says, and then forgets it", () => {
    const { book } = bookOf();
    book.fire(alert("A"));
    sendTo(book, "a", 0);
    book.end(alert("A").labels, 10);
    expect(book.due("a", 20, 100)).toEqual({ batch: [], next: HOLD });
    expect(sendTo(book, "a", HOLD).sent).toEqual([["A", 10 - HOLD]]);
    expect(book.size).toBe(0);
  });

  test("sends what was over before anybody heard of it as an alert that fires, and ends by itself", () => {
    const { book } = bookOf();
    book.fire(alert("A"));
    book.end(alert("A").labels, 10);
    expect(sendTo(book, "a", 90_000).sent).toEqual([["A", HOLD]]);
    expect(book.size).toBe(0);
  });

  test("goes on with an alert that fires again, so that flapping is one alert", () => {
    const { book } = bookOf();
    book.fire(alert("A", 5));
    sendTo(book, "a", 5);
    book.end(alert("A").labels, 10);
    book.fire(alert("A", 20));
    const { batch } = book.due("a", 20, 100);
    expect(batch.map(({ alert: { startsAt } }) => startsAt)).toEqual([new Date(5).toISOString()]);
    expect(batch[0]?.isLast).toBe(false);
  });

  test("keeps an end until each Alertmanager has heard of it", () => {
    const { book } = bookOf(["a", "b"]);
    book.fire(alert("A"));
    sendTo(book, "a", 0);
    book.end(alert("A").labels, 1);
    sendTo(book, "a", HOLD);
    expect(book.size).toBe(1);
    expect(sendTo(book, "b", 500_000).sent).toEqual([["A", HOLD]]);
    expect(book.size).toBe(0);
  });

  test("drops what is over first, then what matters least, then what is oldest, and says so", () => {
    const { book, lost } = bookOf(["a"], 1_000);
    book.fire(alert("critical", 0, "critical"));
    book.fire(alert("info", 0, "info"));
    book.fire(alert("over", 0, "critical"));
    book.end(alert("over", 0, "critical").labels, 1);
    for (let i = 0; i < 5; i++) book.fire(alert(`warning ${i}`));
    expect(lost).toEqual(["over", "info", "warning 0"]);
  });

  test("takes no part of an alert that changed while it was under way for told", () => {
    const { book } = bookOf();
    book.fire(alert("A"));
    const { batch } = book.due("a", 0, 100);
    book.end(alert("A").labels, 1);
    book.fire(alert("A"));
    book.told("a", batch, 2);
    expect(book.due("a", 2, 100).batch).toHaveLength(1);
  });

  test("whatever happens: each alert is heard of as firing, for `hold` at least, and its end follows", () => {
    const step = fc.record({
      what: fc.constantFrom("fire", "end", "send a", "send b", "send a", "send b"),
      name: fc.constantFrom("A", "B", "C"),
      wait: fc.integer({ min: 0, max: 50_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { book } = bookOf(["a", "b"]);
        const fired = new Set<string>();
        const heard = new Map<string, number>();
        let now = 1_000;
        const send = (peer: string): void => {
          for (const [name, fires] of sendTo(book, peer, now).sent as [string, number][]) {
            const key = `${peer} ${name}`;
            const until = heard.get(key) ?? 0;
            // An end says that it fired for long enough; anything else lasts for long enough from now on.
            if (fires <= 0) expect(now).toBeGreaterThanOrEqual(until);
            else expect(fires).toBeGreaterThanOrEqual(HOLD);
            if (fires > 0 && !heard.has(key)) heard.set(key, now + HOLD);
          }
        };
        for (const { what, name, wait } of steps) {
          now += wait;
          if (what === "fire") book.fire(alert(name, now));
          else if (what === "end") book.end(alert(name).labels, now);
          else send(what.slice(-1));
          if (what === "fire") fired.add(name);
        }
        book.endAll(now);
        send("a");
        send("b");
        now += HOLD;
        send("a");
        send("b");
        expect(book.size).toBe(0);
        for (const name of fired) expect([heard.has(`a ${name}`), heard.has(`b ${name}`)]).toEqual([true, true]);
      }),
    );
  });
});
