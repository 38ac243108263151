import { diagnose, type RecordedPanic, type RecordedWindow } from "@sop/core";
import { expect, test } from "vitest";

const frame = (file: string, rest: Partial<RecordedPanic["frames"][number]> = {}) => ({
  function: "f",
  file,
  line: 1,
  column: 2,
  package: undefined,
  version: undefined,
  ...rest,
});

const panic = (rest: Partial<RecordedPanic> = {}): RecordedPanic => ({
  at: 1,
  name: "/upload",
  origin: "uncaughtException",
  type: "Error",
  message: "Unexpected end of form",
  code: undefined,
  frames: [
    frame("node:events"),
    frame("/app/node_modules/busboy/lib/main.js", { package: "busboy", version: "1.6.0" }),
    frame("/app/src/upload.js", { package: "shop", version: "0.0.1" }),
  ],
  requestId: "r1",
  method: "POST",
  route: "/upload",
  ...rest,
});

const window = (...panics: RecordedPanic[]): RecordedWindow => ({ panics, inFlight: 3, missing: ["heap.pb.gz"] });

test("an uncaught error is crash.uncaught, with the package that threw and the route", () => {
  const found = diagnose(window(panic({ origin: "handler" }), panic()));
  expect(found).toMatchObject({
    schema: "sop.diagnosis/1",
    root_cause: "crash.uncaught",
    verdict: "confirmed",
    trigger: "traffic",
    package: { name: "busboy", version: "1.6.0" },
    route: "/upload",
    missing: ["heap.pb.gz"],
    features: { panics_count: 2, crashes_count: 1, requests_in_flight_count: 3 },
  });
  expect(found.summary).toBe("Error (Unexpected end of form) in busboy@1.6.0 had no catcher, on POST /upload.");
  expect(found.evidence_trace[0]?.where).toBe("f (/app/node_modules/busboy/lib/main.js:1:2)");
  expect(found.ruled_out.map((out) => out.class)).toContain("crash.unhandled_rejection");
  expect(found.mitigation_suggestion.map((s) => s.command)).toEqual([undefined, "npm view busboy versions"]);
});

test("a rejection without a handler is crash.unhandled_rejection", () => {
  expect(diagnose(window(panic({ origin: "unhandledRejection" }))).root_cause).toBe("crash.unhandled_rejection");
});

test("the application's own code is not taken for a package", () => {
  const found = diagnose(window(panic({ frames: [frame("/app/src/a.js", { package: "shop", version: "1.0.0" })] })));
  expect(found.package).toBeUndefined();
  expect(found.summary).toContain("the application");
});

test("a crash without an owner or a frame is still told", () => {
  const found = diagnose(window(panic({ frames: [], route: undefined, method: undefined })));
  expect(found).toMatchObject({ root_cause: "crash.uncaught", trigger: "unknown", route: undefined });
  expect(found.summary).toContain("on no request");
});

test("a failure that the framework caught is unknown rather than guessed", () => {
  expect(diagnose(window(panic({ origin: "handler" })))).toMatchObject({ root_cause: "unknown", verdict: "unknown" });
});

test("nothing recorded is none", () => {
  expect(diagnose(window())).toMatchObject({ root_cause: "none", trigger: "none", evidence_trace: [] });
});

test("the same window gives the same diagnosis", () => {
  expect(diagnose(window(panic()))).toEqual(diagnose(structuredClone(window(panic()))));
});
