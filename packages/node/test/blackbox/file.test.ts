import { existsSync, mkdtempSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { BlackBoxFile, type BoxHeader } from "../../src/blackbox/file.ts";
import { InFlightTable, readInFlight } from "../../src/blackbox/in-flight.ts";
import { makeFigures } from "../../src/blackbox/main-slot.ts";
import { makeBlackBox, RECORD_BYTES, RECORDS, ROWS } from "../../src/blackbox/memory.ts";
import { Names } from "../../src/blackbox/names.ts";
import { readBoxFile } from "../../src/blackbox/read-file.ts";
import { readRecords } from "../../src/blackbox/read-records.ts";
import { RecordRing } from "../../src/blackbox/record-ring.ts";
import { SampleRing } from "../../src/blackbox/sample-ring.ts";

const HEADER: BoxHeader = {
  schema: "sop.box/2",
  service: "orders",
  pid: 42,
  startedAt: 1_000,
  identity: "x",
  node: "v24.0.0",
  cwd: "/app",
};

function flown() {
  const path = join(mkdtempSync(join(tmpdir(), "sop-box-")), "flight", "orders.box");
  const box = makeBlackBox();
  const file = new BlackBoxFile(path, HEADER, box);
  return {
    path,
    box,
    file,
    names: new Names(box),
    ring: new RecordRing(box),
    table: new InFlightTable(box),
    samples: new SampleRing(box),
  };
}

it("a file has all that the memory has, for the service's own user only", () => {
  const { path, box, file, names, ring, table, samples } = flown();
  file.flush();
  samples.push(1_000, 200, makeFigures());
  ring.request(1_001, names.of("GET"), names.of("/orders"), 200, 1, false, "a", "");
  table.request(1_002, names.of("POST"), names.of("/pay"), "b");
  file.flush();
  const read = readBoxFile(path);
  expect(read.header).toEqual(HEADER);
  expect(read.unusable).toEqual([]);
  expect(readRecords(read.box)).toEqual(readRecords(box));
  expect(readInFlight(read.box)).toMatchObject([{ method: "POST", route: "/pay", requestId: "b" }]);
  expect(new SampleRing(read.box).read()).toEqual([{ at: 1_000, interval: 200 }]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  file.remove();
  expect(existsSync(path)).toBe(false);
});

it("a file follows the memory through any number of rounds", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(RECORDS + 500), { minLength: 1, maxLength: 5 }), (steps) => {
      const { path, box, file, ring, samples } = flown();
      let at = 0;
      for (const step of steps) {
        for (let i = 0; i < step; i++) ring.request(++at, 0, 0, 200, 1, false, "", "");
        for (let i = 0; i < step % (ROWS + 100); i++) samples.push(++at, 200, makeFigures());
        file.flush();
      }
      const read = readBoxFile(path).box;
      expect(readRecords(read)).toEqual(readRecords(box));
      expect(new SampleRing(read).read()).toEqual(new SampleRing(box).read());
      file.remove();
    }),
    { numRuns: 10 },
  );
});

it("a file that cannot be written says so, and is whole as soon as it can be", () => {
  const { path, file, ring, box } = flown();
  const dir = join(path, "..");
  writeFileSync(dir, "in the way");
  ring.note("drain", 1, "started");
  expect(() => file.flush()).toThrow(/EEXIST|ENOTDIR/);
  const elsewhere = join(mkdtempSync(join(tmpdir(), "sop-box-")), "a.box");
  const other = new BlackBoxFile(elsewhere, HEADER, box);
  other.flush();
  expect(readRecords(readBoxFile(elsewhere).box)).toHaveLength(1);
});

it("of a file that was cut or damaged the parts that are left are read, and the others named", () => {
  const { path, file, names, ring } = flown();
  for (let i = 1; i <= 100; i++) ring.request(i, names.of("GET"), names.of("/"), 200, 1, false, "a", "");
  file.flush();
  const { size } = statSync(path);
  const whole = readFileSync(path);
  const { records } = readBoxFile(path).box;
  truncateSync(path, 4_096 + records.byteOffset + 50 * RECORD_BYTES + 7);
  const cut = readBoxFile(path);
  expect(readRecords(cut.box)).toHaveLength(50);
  expect(cut.unusable).toEqual(
    expect.arrayContaining([expect.stringContaining("records"), expect.stringContaining("names")]),
  );
  writeFileSync(path, whole.fill(0x7b, 0, 10));
  expect(readBoxFile(path)).toMatchObject({ header: undefined, unusable: [expect.stringContaining("header")] });
  for (const text of ["", "{}", "no box", "x".repeat(size)]) {
    writeFileSync(path, text);
    expect(readBoxFile(path).header).toBeUndefined();
    expect(readBoxFile(path).unusable.length).toBeGreaterThan(0);
  }
});
