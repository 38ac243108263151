import { expect, it } from "vitest";
import { type AuditRecord, AuditTrail } from "../../src/admin/audit.ts";

const record = (more: Partial<AuditRecord> = {}): AuditRecord => ({
  at: 0,
  outcome: "refused",
  operation: "none",
  status: 401,
  reason: "token",
  identity: "unknown",
  address: "127.0.0.1",
  ...more,
});

function trail() {
  const told: AuditRecord[] = [];
  return { told, audit: new AuditTrail((records) => void told.push(...records)) };
}

it("a flood is told by its first and by its number, and the memory for it is bounded", () => {
  const { told, audit } = trail();
  for (let i = 0; i < 1_000; i++) audit.refused(record({ at: i }));
  expect(told).toEqual([record()]);
  audit.flush();
  expect(told.slice(1)).toEqual([record({ at: 999, count: 999 })]);
  audit.flush();
  expect(told.length).toBe(2);
});

it("each kind, address and caller is told by itself", () => {
  const { told, audit } = trail();
  const kinds = [record(), record({ reason: "host" }), record({ address: "10.0.0.1" }), record({ identity: "CN=a" })];
  for (const one of [...kinds, ...kinds]) audit.refused(one);
  expect(told).toEqual(kinds);
});

it("a flood from very many is one line for each reason", () => {
  const { told, audit } = trail();
  for (let i = 0; i < 10_000; i++) audit.refused(record({ address: `10.0.${i >> 8}.${i & 255}` }));
  expect(told.length).toBe(AuditTrail.kinds + 1);
  audit.flush();
  expect(told.at(-1)).toMatchObject({ address: "several", count: 10_000 - AuditTrail.kinds - 1, reason: "token" });
});
