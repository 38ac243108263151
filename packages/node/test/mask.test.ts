import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { maskData, maskHeaders, maskPath, maskText } from "../src/forensics/mask.ts";
import { maskBody } from "../src/forensics/mask-body.ts";
import { isSecretName } from "../src/forensics/secret-names.ts";

const SECRET = "hunter2-s3cr3t";

function masked(body: string, type: string): string {
  const result = maskBody(Buffer.from(body), type);
  if ("leftOut" in result) throw new Error(result.leftOut);
  return result.bytes.toString();
}

describe("names of secrets", () => {
  it.each([
    "password",
    "user_password",
    "newPassword",
    "Set-Cookie",
    "x-api-key",
    "accessToken",
    "client_secret",
    "PIN",
  ])("%s is one", (name) => expect(isSecretName(name)).toBe(true));

  it.each(["author", "passenger", "tokenizer", "key", "spinner", "assign", "content-type", "sidebar"])(
    "%s is none",
    (name) => expect(isSecretName(name)).toBe(false),
  );
});

describe("texts", () => {
  it.each([
    [`Authorization: Bearer ${SECRET}`],
    [`connect postgres://shop:${SECRET}@db/orders failed`],
    [`token=${SECRET}&page=2`],
    [`GET https://shop/?token=${SECRET} failed`],
    [`url=/reset?password=${SECRET}`],
    [`{"password":"${SECRET}"}`],
    [`password: '${SECRET}'`],
    [`eyJhbGciOiJIUzI1NiJ9.${SECRET}.x`],
  ])("lose the secret of %s", (text) => expect(maskText(text)).not.toContain(SECRET));

  it.each(["Unexpected end of form", "at parse (/app/src/token.js:12:5)", "page=2&size=10", "node:internal/http:1:2"])(
    "keep %s",
    (text) => expect(maskText(text)).toBe(text),
  );

  it("of data are masked at any depth, and so is what a secret's name holds", () => {
    const data = { list: [{ cookie: { a: SECRET }, note: `token=${SECRET}` }], n: 1, none: null };
    expect(maskData(data)).toEqual({ list: [{ cookie: "***", note: "token=***" }], n: 1, none: null });
  });
});

describe("a request's head", () => {
  it("keeps the names, the order and the scheme, not the credentials", () => {
    const raw = ["Host", "shop", "AUTHORIZATION", `Basic ${SECRET}`, "Cookie", `sid=${SECRET}`, "X-Auth-Token", SECRET];
    expect(maskHeaders(raw)).toEqual([
      ["Host", "shop"],
      ["AUTHORIZATION", "Basic ***"],
      ["Cookie", "***"],
      ["X-Auth-Token", "***"],
    ]);
  });

  it.each([
    [`/login?user=a&password=${SECRET}`, "/login", "/login?user=a&password=***"],
    [`/login?user=a&pass%77ord=${SECRET}`, "/login", "/login?user=a&pass%77ord=***"],
    [`/reset/${SECRET}`, "/reset/:token", "/reset/***"],
    ["/items/7?page=2", "/items/:id", "/items/7?page=2"],
  ])("%s is kept without its secrets", (path, route, expected) => expect(maskPath(path, route)).toBe(expected));
});

describe("a body", () => {
  const json = "application/json";

  it.each([
    ["a text", `{"user":"a","password":"${SECRET}","n":7}`],
    ["an escaped key", `{"user":"a","passw\\u006frd":"${SECRET}","n":7}`],
    ["an object", `{"user":"a","token":{"value":"${SECRET}","x":["${SECRET}"]},"n":7}`],
    ["a text with quotes", `{"user":"a","password":"\\"${SECRET}","n":7}`],
  ])("of JSON loses %s, and keeps its length and all else", (_kind, body) => {
    const result = masked(body, json);
    expect(result).not.toContain(SECRET);
    expect(result).toHaveLength(body.length);
    expect(JSON.parse(result)).toMatchObject({ user: "a", n: 7 });
  });

  it("of JSON that was cut within the secret loses what was received of it", () => {
    expect(masked(`{"user":"a","password":"hunter2`, json)).toBe(`{"user":"a","password":"*******`);
  });

  it("of JSON loses a secret number", () => {
    expect(masked(`{"pin":9274,"n":7}`, json)).toBe(`{"pin":1111,"n":7}`);
  });

  it("of a form loses the field", () => {
    expect(masked("user=a&password=abc%21&n=7", "application/x-www-form-urlencoded")).toBe(
      "user=a&password=******&n=7",
    );
  });

  it.each(["\r\n--x\r\nrest", ""])("of a multipart form loses the field, cut or not", (end) => {
    const before = '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nbytes\r\n--x\r\n';
    const field = 'Content-Disposition: form-data; name="password"\r\n\r\n';
    expect(masked(`${before}${field}abcd${end}`, "multipart/form-data; boundary=x")).toBe(
      `${before}${field}****${end}`,
    );
  });

  it("of XML loses the element", () => {
    expect(masked("<a><Password>abc</Password><b>c</b></a>", "text/xml")).toBe(
      "<a><Password>***</Password><b>c</b></a>",
    );
  });

  it("of a type that says nothing is looked into all the same", () => {
    expect(masked(`{"password":"abc"}`, "text/plain")).toBe(`{"password":"***"}`);
  });

  it("of bytes that are no text stays as it is", () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    expect(maskBody(bytes, "application/octet-stream")).toEqual({ bytes, masked: false });
  });

  it("that is encoded is left out, and it is said why", () => {
    const result = maskBody(gzipSync(`{"password":"${SECRET}"}`), json, "gzip");
    expect(result).toEqual({ leftOut: expect.stringContaining("gzip-encoded") });
  });
});
