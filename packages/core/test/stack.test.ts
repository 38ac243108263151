import { parseStack } from "@sop/core";
import { describe, expect, test } from "vitest";
import { applicationFrames, entryName } from "../src/request/stack.ts";

const stack = `TypeError: boom (at the least)
    at Object.check [as handler] (/app/src/limit.js:10:5)
    at async RateLimitGuard.canActivate (file:///app/src/guard.js:20:7)
    at new Store (/app/src/store.js:3:1)
    at /app/src/anonymous.js:4:2
    at Array.map (<anonymous>)
    at next (/app/node_modules/express/lib/router.js:1:1)
    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)
    at C:\\app\\src\\windows.js:7:8`;

test("frames of a stack, in every form that V8 writes", () => {
  expect(parseStack(stack)).toEqual([
    { function: "check", file: "/app/src/limit.js", line: 10, column: 5 },
    { function: "RateLimitGuard.canActivate", file: "/app/src/guard.js", line: 20, column: 7 },
    { function: "Store", file: "/app/src/store.js", line: 3, column: 1 },
    { function: undefined, file: "/app/src/anonymous.js", line: 4, column: 2 },
    { function: "next", file: "/app/node_modules/express/lib/router.js", line: 1, column: 1 },
    {
      function: "process.processTicksAndRejections",
      file: "node:internal/process/task_queues",
      line: 104,
      column: 5,
    },
    { function: undefined, file: "C:\\app\\src\\windows.js", line: 7, column: 8 },
  ]);
});

test("frames of dependencies and of the runtime are not the application's, and five are enough", () => {
  const files = applicationFrames(stack).map((frame) => frame.file);
  expect(files).toEqual([
    "/app/src/limit.js",
    "/app/src/guard.js",
    "/app/src/store.js",
    "/app/src/anonymous.js",
    "C:\\app\\src\\windows.js",
  ]);
  const deep = Array.from({ length: 9 }, (_, i) => `    at f${i} (/app/f.js:${i + 1}:1)`).join("\n");
  expect(applicationFrames(deep).map((frame) => frame.function)).toEqual(["f0", "f1", "f2", "f3", "f4"]);
});

describe("the name of what the framework called", () => {
  test("is the outermost function of the application's first run of frames", () => {
    const called = `Error
    at inner (/app/src/a.js:1:1)
    at authenticate (/app/src/a.js:2:1)
    at Layer.handle (/app/node_modules/router/layer.js:1:1)
    at main (/app/src/server.js:9:1)`;
    expect(entryName(called)).toBe("authenticate");
  });

  test("is the class of a method", () => {
    expect(entryName("Error\n    at RateLimitGuard.canActivate (/app/src/guard.js:1:1)")).toBe("RateLimitGuard");
  });

  test.each(["Error\n    at /app/src/a.js:1:1", "Error\n    at next (/app/node_modules/x/y.js:1:1)", ""])(
    "is unknown in %j",
    (text) => {
      expect(entryName(text)).toBeUndefined();
    },
  );
});
