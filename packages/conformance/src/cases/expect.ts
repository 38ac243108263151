import { expect } from "vitest";
import type { RawConnection } from "../wire/connection.js";
import type { RawResponse } from "../wire/response.js";

/** The reply is a clean problem+json (RFC 9457): these members, and no others. */
export function expectProblem(response: RawResponse, status: number, code: string): void {
  expect(response.status).toBe(status);
  expect(response.complete).toBe(true);
  expect(response.headers["content-type"]).toBe("application/problem+json");
  const problem = JSON.parse(response.body) as Record<string, unknown>;
  expect(Object.keys(problem).sort()).toEqual(["code", "requestId", "status", "title", "type"]);
  expect(problem).toMatchObject({ status, code });
  expectSilent(response);
}

/** Nothing of an error's message, stack or path reaches the client. */
export function expectSilent({ body, headers }: RawResponse): void {
  for (const text of [body, JSON.stringify(headers)]) {
    expect(text).not.toContain("secret");
    expect(text).not.toMatch(/node_modules|server\.mjs|\bat .+:\d+:\d+/);
  }
}

/** The client can see that the answer is not whole, if any of it left the server before it was cut. */
export async function expectCut(connection: RawConnection): Promise<void> {
  const response = await connection.response().catch(() => undefined);
  expect(response?.complete ?? false).toBe(false);
  await connection.closed;
}
