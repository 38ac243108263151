/** What is a secret by its form alone, whatever it is called. */
export interface SecretShape {
  readonly pattern: RegExp;
  /** Whether a text may have one, told quickly: nearly none has. */
  readonly hint: (text: string) => boolean;
  /** Whether what looks like one is one. */
  readonly isOne?: (text: string) => boolean;
  /** In a body every byte keeps its place, and what is checked there should still pass: characters that stay as they are. */
  readonly kept: RegExp;
  /** What the others become there. */
  readonly filler: string;
}

const TOKENS = [
  // JSON Web Tokens
  "eyJ[\\w-]{8,}\\.[\\w.-]+",
  // GitHub, GitLab, npm, PyPI
  "gh[pousr]_\\w{20,}",
  "github_pat_\\w{20,}",
  "glpat-[\\w-]{20,}",
  "npm_\\w{36,}",
  "pypi-[\\w-]{16,}",
  // Slack, Stripe, OpenAI and others that begin alike
  "xox[abeoprs]-[\\w-]{10,}",
  "[prs]k[-_](?:live|test|proj|ant)[-_][\\w-]{10,}",
  "sk-\\w{32,}",
  "whsec_\\w{20,}",
  // SendGrid, Hugging Face, Shopify
  "SG\\.[\\w-]{16,}\\.[\\w-]{16,}",
  "hf_\\w{30,}",
  "shp(?:at|ca|pa|ss)_[\\da-f]{32}\\w*",
  // Amazon, Google
  "(?:AKIA|ASIA)[A-Z\\d]{16}\\w*",
  "AIza[\\w-]{35,}",
];

const AFTER_ENCODED = "(?<=%[\\da-fA-F]{2})";
/** Where a word begins that is part of no longer one; what stands before it may be percent-encoded. */
const START = `(?:(?<![\\w.+%-])|${AFTER_ENCODED})`;
const GAP = "(?:[ +]|%20)";
const KEY = `(?:[A-Z]{1,16}${GAP}){0,3}PRIVATE${GAP}KEY-----`;

/** `@` as it is, percent-encoded, and as JSON and HTML may have it. */
const AT = "(?:@|%40|\\\\{1,4}u0040|&#64;|&#x40;)";
/** A letter of any script; in a body each byte of such a letter is a character of its own. */
const LETTER = "\\p{L}\\p{N}\\u0080-\\u00ff";
const DOMAIN = `(?!\\d+\\.\\d)(?:[${LETTER}](?:[${LETTER}-]{0,61}[${LETTER}])?\\.){1,8}[\\p{L}\\u0080-\\u00ff]{2,24}(?![\\w-])`;

const TOKEN_HINT = /eyJ|gh[pousr]_|github_pat|glpat-|npm_|pypi-|xox|[prs]k[-_]|whsec_|SG\.|hf_|shp|A[KS]IA|AIza/;
const hasAt = (text: string): boolean => text.includes("@") || /%40|u0040|&#/i.test(text);

/** Each may be cut at its end, as what is recorded may be. */
export const SECRET_SHAPES: readonly SecretShape[] = [
  {
    // Amazon's secret keys have no form of their own: 40 characters of Base64 near a word that tells what they are.
    pattern: /(?<=(?:aws|secret|access[ _-]?key|\bA[KS]IA[A-Z\d]{12,})[^\n]{0,80}[^\w/+])[A-Za-z\d/+]{40}(?![\w/+=])/gi,
    hint: (text) => text.length > 40 && /[A-Za-z\d/+]{40}/.test(text),
    isOne: (text) => /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text),
    kept: /(?!)/,
    filler: "*",
  },
  {
    pattern: new RegExp(`(?:(?<![A-Za-z\\d])|${AFTER_ENCODED})(?:${TOKENS.join("|")})`, "g"),
    hint: (text) => TOKEN_HINT.test(text),
    kept: /(?!)/,
    filler: "*",
  },
  {
    pattern: new RegExp(
      `-----BEGIN${GAP}${KEY}(?:(?!-----BEGIN)[^"'<&])*?(?:-----END${GAP}${KEY}|(?=["'<&]|-----BEGIN)|$)`,
      "g",
    ),
    hint: (text) => text.includes("-----BEGIN"),
    kept: /[\r\n]/,
    filler: "*",
  },
  {
    // ISO/IEC 7812: 13 to 19 digits, in groups or not; the first tells of the network.
    pattern: new RegExp(`${START}[2-6]\\d{3}(?:(?:[ +-]|%20)?\\d){9,15}(?![\\w-]|\\.\\d)`, "g"),
    hint: (text) => text.length > 12 && /[2-6]\d{3}/.test(text),
    isOne: hasCheckDigit,
    kept: /[ +-]/,
    filler: "1",
  },
  {
    // The address of RFC 5321 and 6531 as people have it; `name@1.2.3` is a package.
    pattern: new RegExp(
      `(?:(?<![${LETTER}_.+%-])|${AFTER_ENCODED})[${LETTER}](?:[${LETTER}_.+'-]{0,62}[${LETTER}_+-])?${AT}${DOMAIN}`,
      "giu",
    ),
    hint: hasAt,
    kept: /[@.]/,
    filler: "x",
  },
  {
    // Quoted: `"maria k"@example.com`; within JSON its quotes are escaped.
    pattern: new RegExp(`(?:\\\\?"|%22)[^"\\r\\n@]{1,64}(?:"|%22)${AT}${DOMAIN}`, "giu"),
    hint: hasAt,
    kept: /[@."\\]/,
    filler: "x",
  },
  {
    // ISO 13616: a country, two digits that check, and up to 30 characters, in groups of four or not.
    pattern: new RegExp(
      `${START}[A-Z]{2}\\d{2}(?:(?:[ +-]|%20)?[A-Z\\d]{4}){2,7}(?:(?:[ +-]|%20)?[A-Z\\d]{1,4})?(?![\\w-])`,
      "g",
    ),
    hint: (text) => text.length > 14 && /[A-Z]{2}\d\d/.test(text),
    isOne: hasCheckDigits,
    kept: /[ +-]/,
    filler: "1",
  },
];

/** Luhn's algorithm (H. P. Luhn, US patent 2950048), which every card number satisfies. */
function hasCheckDigit(text: string): boolean {
  let sum = 0;
  const digits = text.replace(/%20|\D/g, "");
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 1 : 2);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

/** The check of ISO 7064 (MOD 97-10), which every IBAN satisfies. */
function hasCheckDigits(text: string): boolean {
  const plain = text.replace(/%20|[ +-]/g, "");
  if (plain.length < 15 || plain.length > 34) return false;
  let rest = 0;
  for (const character of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** As many characters as there are: what was encoded stays encoded, as what is kept of its form stays. */
export function filled(secret: string, { kept, filler }: SecretShape): string {
  return secret.replace(/%[\da-f]{2}|\\u[\da-f]{4}|[\s\S]/gi, (part) =>
    part.length > 1 || kept.test(part) ? part : filler,
  );
}

/** The text with `put` in the place of each secret that has such a form. */
export function replaceShapes(text: string, put: (secret: string, shape: SecretShape) => string): string {
  let replaced = text;
  for (const shape of SECRET_SHAPES) {
    if (!shape.hint(replaced)) continue;
    replaced = replaced.replace(shape.pattern, (found) => (shape.isOne?.(found) === false ? found : put(found, shape)));
  }
  return replaced;
}
