import { Site } from "../site.js";

const MAX_PLACES = 500;

/** Names things that nobody named: by what they are and where they were made, or first used; the second one of a place gets a number. */
export class Names {
  readonly #places: Map<string, number> = new Map();

  /** `at`: the place, or the function that the application called there. */
  of(kind: string, at: Site | ((...args: never[]) => unknown) | undefined): string {
    const place = (typeof at === "function" ? new Site(at) : at)?.text;
    const name = place === undefined ? kind : `${kind} ${place}`;
    const nth = (this.#places.get(name) ?? 0) + 1;
    if (this.#places.size < MAX_PLACES || nth > 1) this.#places.set(name, nth);
    return nth === 1 ? name : `${name} #${nth}`;
  }
}
