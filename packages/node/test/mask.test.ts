import { gzipSync } from "node:zlib";
import fc from "fast-check";
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
    "iban",
    "PAN",
    "dbpass",
    "SMTP_PASS",
    "cvv2",
  ])("%s is one", (name) => expect(isSecretName(name)).toBe(true));

  it.each([
    "author",
    "passenger",
    "tokenizer",
    "key",
    "spinner",
    "assign",
    "content-type",
    "sidebar",
    "bypass",
    "compass",
    "panel",
  ])("%s is none", (name) => expect(isSecretName(name)).toBe(false));
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

describe("secrets that are told by their form alone", () => {
  const SHAPED = {
    "a card's number": "4111111111111111",
    "a card's number in groups": "5500 0000 0000 0004",
    "a card's number with hyphens": "3400-0000-0000-009",
    "an e-mail address": "maria.k+shop@mail.example.com",
    "an e-mail address of digits": "10001@163.com",
    "an encoded e-mail address": "maria%40example.com",
    "an e-mail address of another script": "мария@почта.рф",
    "an e-mail address with an accent": "renée.o'hara@müller.example",
    "a quoted e-mail address": '"maria k"@example.com',
    "an e-mail address escaped as in JSON": "maria\\u0040example.com",
    "an account's number": "DE89370400440532013000",
    "an account's number in groups": "GB82 WEST 1234 5698 7654 32",
    "a JSON Web Token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "a token of GitHub": "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "a key of Stripe": "sk_live_0123456789abcdef",
    "a key of Amazon": "AKIAIOSFODNN7EXAMPLE",
    "a key of OpenAI": "sk-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKL",
    "a key of SendGrid": "SG.abcdefghijklmnopqrstuv.abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "a secret of a webhook": "whsec_abcdefghijklmnopqrstuvwxyz012345",
    "a token of Hugging Face": "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH",
    "a token of PyPI": "pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAw",
    "a token of Shopify": "shpat_0123456789abcdef0123456789abcdef",
    "a private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
    "a private key that was cut": "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEA",
  };

  it.each(Object.entries(SHAPED))("%s is masked in a text, in data and in a path", (_kind, secret) => {
    expect(maskText(`it was (${secret}) that failed`)).not.toContain(secret);
    expect(JSON.stringify(maskData({ deep: [{ note: `x ${secret}` }] }))).not.toContain(
      JSON.stringify(secret).slice(1, -1),
    );
    expect(maskPath(`/find?q=${secret}`, "/find")).not.toContain(secret);
  });

  it.each(Object.entries(SHAPED))("%s is masked in every kind of body, which keeps its length", (_kind, secret) => {
    const inJson = JSON.stringify({ note: secret, n: 7 });
    const bodies = [
      [inJson, "application/json"],
      [`note=${secret}&n=7`, "application/x-www-form-urlencoded"],
      [
        `--x\r\nContent-Disposition: form-data; name="note"\r\n\r\n${secret}\r\n--x--\r\n`,
        "multipart/form-data; boundary=x",
      ],
      [`<note>${secret}</note>`, "text/xml"],
      [`note: ${secret}`, "text/plain"],
    ] as const;
    for (const [body, type] of bodies) {
      const result = masked(body, type);
      expect(result).not.toContain(secret);
      expect(result).not.toContain(JSON.stringify(secret).slice(1, -1));
      expect(Buffer.byteLength(result)).toBe(Buffer.byteLength(body));
    }
    expect(JSON.parse(masked(inJson, "application/json")).n).toBe(7);
  });

  it.each(["-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END PRIVATE KEY-----", "Bearer MIIEowIBAAKCAQEA"])(
    "are found where they are encoded: %s",
    (secret) => {
      for (const encoded of [encodeURIComponent(secret), `${new URLSearchParams([["", secret]])}`.slice(1)]) {
        expect(maskPath(`/find?q=is%20${encoded}&n=7`, "/find")).toMatch(/^\/find\?q=is%20(?!.*MIIE).*&n=7$/);
        const body = `q=is%20${encoded}&n=7`;
        const result = masked(body, "application/x-www-form-urlencoded");
        expect(result).toMatch(/^q=is%20(?!.*MIIE).*&n=7$/);
        expect(result).toHaveLength(body.length);
      }
    },
  );

  it("leave a body as long as it was, wherever it is cut", () => {
    const whole = JSON.stringify({ pass: "a", note: Object.values(SHAPED), deep: { token: ["b", 1, { c: "d" }] } });
    for (let end = 0; end <= whole.length; end++) {
      const cut = whole.slice(0, end);
      expect(Buffer.byteLength(masked(cut, "application/json"))).toBe(Buffer.byteLength(cut));
    }
  });

  it("keep their form in a body, so that it is taken as it was", () => {
    const body = '{"card":4111111111111111,"mail":"maria.k@example.com"}';
    expect(masked(body, "application/json")).toBe('{"card":1111111111111111,"mail":"xxxxx.x@xxxxxxx.xxx"}');
    expect(masked("mail=maria%40example.com", "application/x-www-form-urlencoded")).toBe("mail=xxxxx%40xxxxxxx.xxx");
  });

  it("are found where `@` is written as in HTML", () => {
    expect(maskText("to maria&#64;example.com")).toBe("to ***");
  });

  it("are found near the words that tell what they are: Amazon's keys have no form of their own", () => {
    const key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    for (const text of [`AKIAIOSFODNN7EXAMPLE ${key}`, `aws key ${key}`, `the secret access key is ${key}.`]) {
      expect(maskText(text)).not.toContain(key);
      expect(masked(text, "text/plain")).not.toContain(key);
    }
    expect(maskText(`aws commit 4bf92f3577b34da6a3ce929d0e0e473641111111`)).toContain("4bf92f3577b34da6a3ce929d0e0e47");
  });

  it("are masked where they are keys, each of which stays one of its own", () => {
    const data = { "maria@example.com": { n: 1 }, "renee@example.com": { n: 2 }, plain: 3 };
    expect(maskData(data)).toEqual({ "***": { n: 1 }, "*** (2)": { n: 2 }, plain: 3 });
  });

  it.each([
    "busboy@1.6.0 of multer@1.4.5-lts.1",
    "node_modules/.pnpm/vitest@5.1.1_@types+node@22.20.5/node_modules",
    "@sop/node",
    "trace 4bf92f3577b34da6a3ce929d0e0e4736",
    "at 1795588289916",
    "2026-11-25T06:18:10.123Z",
    "4111111111111112", // no check digit
    "id 6a1f4111111111111111",
    "-----BEGIN CERTIFICATE-----",
    "0.4111111111111111",
  ])("are not %s", (text) => expect(maskText(text)).toBe(text));

  it("are masked once, whatever stands around them", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.constantFrom(...Object.values(SHAPED)), (around, secret) => {
        const once = maskText(`${around} ${secret}`);
        expect(once).not.toContain(secret);
        expect(maskText(once)).toBe(once);
      }),
    );
  });

  it("take no time that grows out of hand", () => {
    for (const long of [
      "a".repeat(64_000),
      "4".repeat(64_000),
      "a.".repeat(32_000),
      "é".repeat(64_000),
      "a.é@".repeat(16_000),
      `"${"a b ".repeat(16_000)}`,
      "AB12".repeat(16_000),
      "aws ".repeat(16_000),
      "a.".repeat(32_000),
      "é".repeat(64_000),
      "a.é@".repeat(16_000),
      `"${"a b ".repeat(16_000)}`,
      "AB12".repeat(16_000),
      "aws ".repeat(16_000),
      "-----BEGIN PRIVATE KEY-----".repeat(2_000),
    ]) {
      expect(maskText(long).length).toBeGreaterThan(0);
    }
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
