import { Refusal } from "../../remote/refusal.js";
import { distrust } from "./duplicate-key.js";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** How the text of one flag is read. Throws {@link Refusal}. */
export type ReadValue = (text: string) => unknown;

/** The text of bytes. Throws {@link Refusal} where they are not UTF-8. */
export function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Refusal("it is not UTF-8");
  }
}

/** The value of a JSON text. Throws {@link Refusal}, also where an object has a key twice. */
export const readJson: ReadValue = (text) => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(`it is no JSON: ${JSON.stringify(text.slice(0, 40))}`);
  }
  const reason = distrust(text);
  if (reason !== undefined) throw new Refusal(reason);
  return value;
};

/** As `readJson`, and what does not look like JSON is a text: for values that people type by hand. */
export const readWord: ReadValue = (text) => {
  if (/^\s*["[{]/.test(text)) return readJson(text);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
