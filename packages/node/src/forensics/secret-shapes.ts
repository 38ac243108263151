/** What is a secret by its form alone, whatever it is called. */
export interface SecretShape {
  readonly pattern: RegExp;
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

/** Each may be cut at its end, as what is recorded may be. */
export const SECRET_SHAPES: readonly SecretShape[] = [
  { pattern: new RegExp(`(?:\\b|${AFTER_ENCODED})(?:${TOKENS.join("|")})`, "g"), kept: /(?!)/, filler: "*" },
  {
    pattern: new RegExp(
      `-----BEGIN${GAP}${KEY}(?:(?!-----BEGIN)[^"'<&])*?(?:-----END${GAP}${KEY}|(?=["'<&]|-----BEGIN)|$)`,
      "g",
    ),
    kept: /[\r\n]/,
    filler: "*",
  },
  {
    // ISO/IEC 7812: 13 to 19 digits, in groups or not; the first tells of the network.
    pattern: new RegExp(`${START}[2-6]\\d{3}(?:(?:[ +-]|%20)?\\d){9,15}(?![\\w-]|\\.\\d)`, "g"),
    isOne: hasCheckDigit,
    kept: /[ +-]/,
    filler: "1",
  },
  {
    // The address of RFC 5321 as people have it; `name@1.2.3` is a package.
    pattern: new RegExp(
      `${START}[a-z\\d](?:[\\w.+-]{0,62}[\\w+-])?(?:@|%40)(?!\\d+\\.\\d)(?:[a-z\\d](?:[a-z\\d-]{0,61}[a-z\\d])?\\.){1,8}[a-z]{2,24}(?![\\w-])`,
      "gi",
    ),
    kept: /[@.]/,
    filler: "x",
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

/** As many characters as there are: what was encoded stays encoded, as what is kept of its form stays. */
export function filled(secret: string, { kept, filler }: SecretShape): string {
  return secret.replace(/%[\da-f]{2}|[\s\S]/gi, (part) => (part.length > 1 || kept.test(part) ? part : filler));
}

/** The text with `put` in the place of each secret that has such a form. */
export function replaceShapes(text: string, put: (secret: string, shape: SecretShape) => string): string {
  let replaced = text;
  for (const shape of SECRET_SHAPES) {
    replaced = replaced.replace(shape.pattern, (found) => (shape.isOne?.(found) === false ? found : put(found, shape)));
  }
  return replaced;
}
