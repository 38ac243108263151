import { decoded } from "./mask.js";
import { isSecretName } from "./secret-names.js";
import { filled, replaceShapes } from "./secret-shapes.js";

/** A body that may be kept, or why it may not. */
export type MaskedBody = { readonly bytes: Buffer; readonly masked: boolean } | { readonly leftOut: string };

/**
 * A body as it was received, each byte of a secret replaced: lengths and boundaries stay, so that it can be sent again, and the form of
 * an address or a card's number too, so that it gets as far as it did.
 * It may be cut anywhere. One that is encoded cannot be looked into, and is left out.
 */
export function maskBody(received: Buffer, contentType = "", contentEncoding = ""): MaskedBody {
  if (received.length > 0 && !/^(identity)?$/i.test(contentEncoding.trim())) {
    return { leftOut: `it is ${contentEncoding}-encoded: what is secret in it cannot be masked` };
  }
  // One character a byte, so that nothing is lost and every position stays.
  const text = received.toString("latin1");
  const named = maskForm(contentType.toLowerCase(), text).replace(CREDENTIAL, stars);
  const result = replaceShapes(named, filled);
  return { bytes: Buffer.from(result, "latin1"), masked: result !== text };
}

const CREDENTIAL = /(?<=(?:\b|%[\da-f]{2})(?:bearer|basic)(?:[ \t+]|%20|%09))[\w.~+/=%-]{6,}/gi;

function maskForm(contentType: string, text: string): string {
  if (contentType.includes("json") || /^\s*[[{]/.test(text)) return maskJson(text);
  if (contentType.startsWith("multipart/")) return maskMultipart(text);
  if (contentType.includes("urlencoded") || /^[\w.%[\]+-]+=/.test(text)) return maskUrlEncoded(text);
  return contentType.includes("xml") || /^\s*</.test(text) ? maskXml(text) : text;
}

const JSON_TOKEN = /(?<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?<text>"(?:[^"\\]|\\.)*"?)|(?<number>-?\d[\d.eE+-]*)|[{}[\],]/gs;

/** Works on tokens, not on a document: what is cut or malformed is just what has to be recorded. */
function maskJson(text: string): string {
  let depth = 0;
  let secretDepth = Number.POSITIVE_INFINITY;
  let isSecret = false;
  return text.replace(JSON_TOKEN, (token, ...rest) => {
    const groups = rest.at(-1) as Partial<Record<"key" | "text" | "number", string>>;
    if (groups.key !== undefined) {
      isSecret = isSecretName(unescaped(token));
      return token;
    }
    const hidden = isSecret || depth >= secretDepth;
    if (groups.text !== undefined || groups.number !== undefined) {
      if (!hidden) return token;
      if (groups.number !== undefined) return token.replace(/\d/g, "1");
      // A body that was cut behind the first quote has nothing to hide yet.
      if (token.length === 1) return token;
      return `"${"*".repeat(token.length - 2)}${token.endsWith('"') ? '"' : "*"}`;
    }
    if (token === "{" || token === "[") {
      depth++;
      if (isSecret) secretDepth = Math.min(secretDepth, depth);
    } else if (token !== ",") {
      depth--;
      if (depth < secretDepth) secretDepth = Number.POSITIVE_INFINITY;
    }
    isSecret = false;
    return token;
  });
}

function unescaped(key: string): string {
  try {
    return String(JSON.parse(key));
  } catch {
    return key;
  }
}

function maskUrlEncoded(text: string): string {
  return text.replace(/([^&=]+)=([^&]*)/g, (pair, name: string, value: string) =>
    isSecretName(decoded(name)) ? `${name}=${stars(value)}` : pair,
  );
}

const PART_NAME = /content-disposition:[^\r\n]{0,512}?\bname=(?:"([^"\r\n]{0,256})"|([^;\s]{1,256}))/i;

/** Each part runs from a delimiter to the next, or to where the body was cut. */
function maskMultipart(text: string): string {
  const delimiter = /^\s*(--[^\r\n]{1,72})/.exec(text)?.[1];
  if (delimiter === undefined) return text;
  return text
    .split(delimiter)
    .map((part) => {
      const start = part.search(/\r?\n\r?\n/);
      const [, quoted, bare] = PART_NAME.exec(part.slice(0, Math.max(0, start))) ?? [];
      const name = quoted ?? bare;
      if (name === undefined || !isSecretName(name)) return part;
      return part.slice(0, start) + part.slice(start).replace(/[^\r\n]/g, "*");
    })
    .join(delimiter);
}

function maskXml(text: string): string {
  return text.replace(
    /<([\w:.-]{1,128})((?:\s[^<>]*)?)>([^<]*)/g,
    (element, name: string, rest: string, value: string) =>
      isSecretName(name) ? `<${name}${rest}>${stars(value)}` : element,
  );
}

function stars(text: string): string {
  return "*".repeat(text.length);
}
