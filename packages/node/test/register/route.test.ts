import type { IncomingMessage } from "node:http";
import fc from "fast-check";
import { expect, it } from "vitest";
import { routeOf } from "../../src/register/route.ts";

const of = (request: object): string => routeOf(request as IncomingMessage);

it("takes what Express left on a request", () => {
  expect(
    of({ url: "/3", originalUrl: "/shops/17/items/3", baseUrl: "/shops/17", route: { path: "/items/:item" } }),
  ).toBe("/shops/:id/items/:item");
  expect(of({ url: "/", originalUrl: "/shops", baseUrl: "/shops", route: { path: "/" } })).toBe("/shops");
  expect(of({ url: "/a", baseUrl: "", route: { path: /^\/a/ } })).toBe("/^\\/a/");
  expect(of({ url: "/a", baseUrl: "", route: { path: ["/a", "/b"] } })).toBe("/a|/b");
});

it("replaces values in a path of which no template is known", () => {
  expect(of({ url: "/orders/17?x=1" })).toBe("/orders/:id");
  expect(of({ url: "/users/6f1f1c0e-8d3c-4d6a-9a44-0e7c3f5b1a11/cart" })).toBe("/users/:id/cart");
  expect(of({ url: "/v2/health" })).toBe("/v2/health");
  expect(of({ url: "/mail/someone@example.com" })).toBe("/mail/:id");
  expect(of({ url: "http://elsewhere/orders/1" })).toBe("/");
});

it("never has more than a bounded number of routes, whatever is asked for", () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 6 });
  const seen = new Set<string>();
  fc.assert(
    fc.property(words, (parts) => {
      seen.add(of({ url: `/bounded/${parts.join("/")}` }));
    }),
    { numRuns: 5_000 },
  );
  expect(seen.size).toBeLessThanOrEqual(600);
});
