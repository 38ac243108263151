import type { Frame } from "@sop/core";

const MAX_SITES = 500;

/** Remembers what was told of which place, so that each is told once; at most 500 places, and none beyond. */
export class Told {
  readonly #places = new Set<string>();

  /** Whether it was not yet told. Where the place is not known, its host stands for it. */
  isFirst(kind: string, site: Frame | undefined, host: string): boolean {
    const place = `${kind} ${site ? `${site.file}:${site.line}:${site.column}` : host}`;
    if (this.#places.has(place) || this.#places.size >= MAX_SITES) return false;
    this.#places.add(place);
    return true;
  }
}
