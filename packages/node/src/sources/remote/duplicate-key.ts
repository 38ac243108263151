/** How deep objects and lists may be nested: whoever walks through them later must not run out of stack. */
const DEEPEST = 100;

/**
 * Why a text that is valid JSON cannot be trusted: an object that has a key twice, of which `JSON.parse` silently takes the last, or
 * one that is nested too deep. One pass over the text.
 */
export function distrust(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (let at = 0; at < json.length; at++) {
    const sign = json[at];
    if (sign === "{" || sign === "[") {
      if (open.length === DEEPEST) return `it is nested deeper than ${DEEPEST} levels`;
      isKey = sign === "{";
      open.push(isKey ? new Set() : undefined);
    } else if (sign === "}" || sign === "]") {
      open.pop();
      isKey = false;
    } else if (sign === ",") {
      isKey = open.at(-1) !== undefined;
    } else if (sign === '"') {
      const end = endOfText(json, at);
      if (isKey) {
        const key = JSON.parse(json.slice(at, end + 1)) as string;
        if (open.at(-1)?.has(key)) return `it has the key ${json.slice(at, end + 1).slice(0, 80)} twice`;
        open.at(-1)?.add(key);
        isKey = false;
      }
      at = end;
    }
  }
  return undefined;
}

function endOfText(json: string, start: number): number {
  let end = start + 1;
  while (json[end] !== '"') end += json[end] === "\\" ? 2 : 1;
  return end;
}
