import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { largestOf } from "../../src/profiles/structures/collect.ts";

const look = (...objects: readonly object[]) => largestOf.call(objects);

class BodyReadable extends Readable {
  override _read(): void {
    this.push("x");
    this.push(null);
  }
}

describe("what holds many others", () => {
  it("is found by its size, with what it holds, the largest first", () => {
    const map = new Map(Array.from({ length: 60 }, (_, i) => [i, new URL("http://a")]));
    const list = Array.from({ length: 90 }, () => "text");
    const emitter = new EventEmitter().setMaxListeners(0);
    for (let i = 0; i < 70; i++) emitter.on("data", () => i);
    const seen = look(map, list, emitter, new Set([1]), new Map(), [], new EventEmitter());
    expect(seen.map(({ kind, name, of, size }) => [kind, name, of, size])).toEqual([
      ["array", "Array", "string", 90],
      ["listeners", "EventEmitter", "data", 70],
      ["map", "Map", "URL", 60],
    ]);
    expect(look(map)[0]?.id).toBe(seen[2]?.id);
  });

  it("is a kind of answer that nobody reads, by how many there are", () => {
    const read = new BodyReadable();
    read.read();
    read.resume();
    expect(look(new BodyReadable(), new BodyReadable(), new BodyReadable().destroy())).toEqual([
      { id: 0, kind: "unread", name: "BodyReadable", of: "", size: 2 },
    ]);
  });

  it("runs no code of the application's, and lets nothing of it stop the rest", () => {
    let ran = false;
    const trap = () => {
      ran = true;
      throw new Error("ran");
    };
    class Odd extends Map<number, number> {
      override get size(): number {
        return trap();
      }
      override values(): never {
        return trap();
      }
    }
    const odd = new Odd(Array.from({ length: 60 }, (_, i) => [i, i]));
    const other = Object.defineProperty({}, "_events", { get: trap });
    expect(look(Map.prototype, other, odd)).toEqual([expect.objectContaining({ name: "Odd", of: "number", size: 60 })]);
    expect(ran).toBe(false);
  });

  it("is looked for by a text that needs nothing around it, in whatever way it was built", () => {
    expect(largestOf.toString()).not.toMatch(/\?\?|\?\./);
  });
});
