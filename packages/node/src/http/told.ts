import { type Frame, isApplicationFrame } from "@sop/core";

const MAX_SITES = 500;

/** Remembers what was told of which place, so that each is told once; at most 500 places, and none beyond. */
export class Told {
  readonly #places = new Set<string>();

  /** Whether it was not yet told. Where the place is not the application's own, each host is another one. */
  isFirst(kind: string, site: Frame | undefined, host: string): boolean {
    const where = site && `${site.file}:${site.line}:${site.column}`;
    const place = `${kind} ${where} ${site && isApplicationFrame(site) ? "" : host}`;
    if (this.#places.has(place) || this.#places.size >= MAX_SITES) return false;
    this.#places.add(place);
    return true;
  }
}
