/** A piece of XML, as opposed to a text that has to be escaped first. */
export class Markup {
  readonly #xml: string;

  constructor(xml: string) {
    this.#xml = xml;
  }

  toString(): string {
    return this.#xml;
  }
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element; texts among its children are escaped, absent attributes left out, numbers rounded to a hundredth. */
export function el(name: string, attributes: Attributes, ...children: readonly (Markup | string)[]): Markup {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeXml(typeof value === "number" ? short(value) : String(value))}"`)
    .join("");
  const content = children.map((child) => (typeof child === "string" ? escapeXml(child) : child)).join("");
  return new Markup(content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`);
}

/** A coordinate. */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

// What XML 1.0 has no way to write (2.2), and halves of characters, become U+FFFD; line ends and tabs would be changed by a reader.
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** A text as the content of an element, or an attribute's value. */
export function escapeXml(text: string): string {
  return text
    .replace(FORBIDDEN, "\uFFFD")
    .replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
    .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
