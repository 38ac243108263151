import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { createSop } from "../src/create-sop.ts";
import { type Member, TAR_END, TarReader, tarHeader, tarPadding, writeTar } from "../src/forensics/pack/tar.ts";
import { unpack } from "../src/forensics/pack/unpack.ts";
import { packIncident, unpackIncident, verifyBundle } from "../src/forensics.ts";
import { filesBelow, temporaryDirectory } from "./support/files.ts";
import { silent } from "./support/recorded.ts";

const ID = "20261125T090000Z-abcdef";

/** The directory of an incident that was really recorded. */
async function incident(): Promise<string> {
  const dir = temporaryDirectory();
  const parts = { config: false, drain: false, admin: false, watchdog: false, profiles: false } as const;
  const sop = createSop({ service: "shop", logger: silent, ...parts, forensics: { dir } });
  const at = join(dir, sop.openIncident().id);
  await vi.waitFor(() => expect(existsSync(join(at, "incident.json"))).toBe(true), 5_000);
  sop.dispose();
  return at;
}

/** An archive with members of any name and kind, as somebody else may have made it. */
function archive(...members: readonly (readonly [name: string, content: string, type?: string])[]): Buffer {
  const pieces = members.flatMap(([name, content, type = "0"]) => {
    const header = Buffer.from(tarHeader("x", content.length, 0));
    header.fill(0, 0, 100);
    header.write(name, 0);
    header.write(type, 156);
    header.fill(" ", 148, 156);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, "0")}\0 `,
      148,
    );
    return [header, Buffer.from(content), tarPadding(content.length)];
  });
  return gzipSync(Buffer.concat([...pieces, TAR_END]));
}

const open = (bytes: Buffer, into = temporaryDirectory()) => unpack(Readable.from([bytes]), "it", into);

describe("a packed incident", () => {
  it("is what it was when it is unpacked, and intact", async () => {
    const dir = await incident();
    const file = join(temporaryDirectory(), "it.tar.gz");
    const packed = await packIncident(dir, file);
    expect(packed.sha256).toBe(createHash("sha256").update(readFileSync(file)).digest("hex"));
    expect(packed.bytes).toBe(readFileSync(file).length);
    const { dir: found, unusable } = await unpackIncident(file, temporaryDirectory());
    expect(unusable).toEqual([]);
    expect(filesBelow(found)).toEqual(filesBelow(dir));
    expect((await verifyBundle(found)).every(({ state }) => state === "intact")).toBe(true);
  });

  it("is the same bytes each time, and knows nothing of who packed it", async () => {
    const dir = await incident();
    const into = temporaryDirectory();
    await packIncident(dir, join(into, "a.tar.gz"));
    await packIncident(dir, join(into, "b.tar.gz"));
    expect(readFileSync(join(into, "a.tar.gz")).equals(readFileSync(join(into, "b.tar.gz")))).toBe(true);
    const listed = execFileSync("tar", ["-tvzf", join(into, "a.tar.gz"), "--numeric-owner"], { encoding: "utf8" });
    expect(listed.trim().split("\n")).toHaveLength(filesBelow(dir).length);
    expect(listed.split("\n").filter((line) => line !== "" && !line.startsWith("-rw------- 0/0"))).toEqual([]);
  });

  it("has no link of the directory, and nothing that is none of an incident's files", async () => {
    const dir = await incident();
    symlinkSync("/etc/hostname", join(dir, "bundle/link"));
    writeFileSync(join(dir, ".hidden"), "x");
    cpSync(join(dir, "incident.json"), join(dir, "bundle/.x.tmp"));
    const file = join(temporaryDirectory(), "it.tar.gz");
    await packIncident(dir, file);
    const names = execFileSync("tar", ["-tzf", file], { encoding: "utf8" });
    expect(names).not.toMatch(/link|hidden|tmp/);
  });
});

describe("an archive of somebody else", () => {
  it.each([
    ["../../evil", "0"],
    ["/etc/evil", "0"],
    [`${ID}/../evil`, "0"],
    [`${ID}/bundle/../../evil`, "0"],
    [`${ID}/bundle/a/b`, "0"],
    [`${ID}/bundle/link`, "2"],
    [`${ID}/bundle/hard`, "1"],
    [`${ID}/bundle/device`, "3"],
    [`${ID}/bundle/pipe`, "6"],
    ["other/incident.json", "0"],
  ])("writes no %s of type %s, and the rest is used", async (name, type) => {
    const into = temporaryDirectory();
    const { dir, unusable } = await open(archive([`${ID}/incident.json`, "{}"], [name, "evil", type]), into);
    expect(unusable).toHaveLength(1);
    expect(filesBelow(into)).toEqual([`${ID}/incident.json`]);
    expect(basename(dir)).toBe(ID);
  });

  it("that is cut gives the files before the cut, and says where it is", async () => {
    const whole = archive([`${ID}/incident.json`, "{}"], [`${ID}/bundle/events.ndjson`, "x".repeat(100_000)]);
    const { dir, unusable } = await open(whole.subarray(0, whole.length - 60));
    expect(filesBelow(dir)).toEqual(["incident.json"]);
    expect(unusable).toEqual([{ file: "bundle/events.ndjson", why: expect.stringContaining("cut here") }]);
  });

  it("that is no archive is refused with a sentence", async () => {
    await expect(open(Buffer.from("not an archive"))).rejects.toThrow(/sop forensics pack.*no gzip/);
    await expect(open(gzipSync("x".repeat(2_000)))).rejects.toThrow(/damaged here/);
    await expect(open(gzipSync(""))).rejects.toThrow(/sop forensics pack/);
    await expect(unpackIncident("/nowhere.tar.gz", temporaryDirectory())).rejects.toThrow(/it is no file/);
  });

  it("of 10 GB is not unpacked: what is too large is named, and what comes before it is used", async () => {
    const pretended = Buffer.from(tarHeader(`${ID}/bundle/core`, 10 * 2 ** 30, 0));
    const first = [tarHeader(`${ID}/incident.json`, 2, 0), Buffer.from("{}"), tarPadding(2)];
    const { dir, unusable } = await open(gzipSync(Buffer.concat([...first, pretended, Buffer.alloc(4_096)])));
    expect(filesBelow(dir)).toEqual(["incident.json"]);
    expect(unusable[0]).toEqual({ file: `${ID}/bundle/core`, why: "it has 10737418240 bytes, more than is looked at" });
  });

  it("of a small file that unpacks to much is not followed to its end", async () => {
    const bomb = archive(
      [`${ID}/incident.json`, "{}"],
      [`${ID}/bundle/a`, "0".repeat(5_000_000)],
      [`${ID}/bundle/b`, "x"],
    );
    const limits = { file: 1_000_000, total: 2_000_000, files: 10 };
    const { dir } = await unpack(Readable.from([bomb]), "it", temporaryDirectory(), limits);
    expect(filesBelow(dir)).toEqual(["bundle/b", "incident.json"]);
  });

  it("never writes outside, and never throws anything but that it has no incident, whatever its bytes are", async () => {
    const whole = archive([`${ID}/incident.json`, "{}"], [`${ID}/bundle/a`, "abc"]);
    const into = temporaryDirectory();
    let n = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), async (at, byte, end) => {
        const bytes = Buffer.from(whole.subarray(0, end));
        if (at < bytes.length) bytes[at] = byte;
        const own = join(into, String(n++));
        const found = await open(bytes, own).catch((error: Error) => error.name);
        if (typeof found === "string") expect(found).toBe("SopError");
      }),
      { numRuns: 150 },
    );
    expect(filesBelow(into).filter((name) => !/^\d+\/[\w-]+\/(incident\.json|bundle\/a)$/.test(name))).toEqual([]);
  });
});

it("an archive is read as it was written, wherever its pieces are cut", async () => {
  const content = fc.uint8Array({ maxLength: 1_500 });
  await fc.assert(
    fc.asyncProperty(fc.array(content, { maxLength: 5 }), fc.integer({ min: 1, max: 700 }), async (contents, cut) => {
      const members = contents.map((bytes, i): Member => ({ name: `m${i}`, size: bytes.length, content: [bytes] }));
      const pieces: Uint8Array[] = [];
      for await (const piece of writeTar(members, 7)) pieces.push(piece);
      const whole = Buffer.concat(pieces);
      const read: number[][] = [];
      const reader = new TarReader({
        begin: () => read.push([]) > 0,
        piece: (bytes) => void read.at(-1)?.push(...bytes),
        end() {},
      });
      for (let at = 0; at < whole.length; at += cut) reader.take(whole.subarray(at, at + cut));
      expect(read).toEqual(contents.map((bytes) => [...bytes]));
      expect(reader.isOver).toBe(true);
    }),
    { numRuns: 60 },
  );
});

it("a file that is changed while it is packed is told, and leaves no archive", async () => {
  const dir = await incident();
  const file = join(temporaryDirectory(), "it.tar.gz");
  const grows = async function* () {
    yield Buffer.from("ab");
  };
  const members: Member[] = [{ name: "a", size: 1, content: grows() }];
  await expect(async () => {
    for await (const _ of writeTar(members, 0));
  }).rejects.toThrow("has become longer");
  truncateSync(join(dir, "incident.json"), 0);
  await expect(packIncident(dir, file)).rejects.toThrow(/incident's directory/);
  expect(existsSync(file)).toBe(false);
});
