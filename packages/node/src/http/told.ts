import { type Frame, isApplicationFrame } from "@sop/core";

const MAX_PLACES = 500;

/** Remembers what was told of which place, so that each is told once; at most 500 places, and none beyond. */
export class Told {
  readonly #places = new Set<string>();

  /**
   * Whether it was not yet told. Where the place is not the application's own, each host is another one; where it is not known at all,
   * whatever was told of the host stands for it.
   */
  isFirst(kind: string, site: Frame | undefined, host: string): boolean {
    const ofHost = `${kind} ${host}`;
    const place = site
      ? `${isApplicationFrame(site) ? kind : ofHost} ${site.file}:${site.line}:${site.column}`
      : ofHost;
    if (this.#places.has(place) || this.#places.size >= MAX_PLACES) return false;
    this.#places.add(place).add(ofHost);
    return true;
  }
}
