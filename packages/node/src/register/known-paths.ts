interface Place {
  readonly below: Map<string, Place>;
}

const MOST_WORDS = 24;
const MOST_PLACES = 300;

/**
 * The shapes of the paths that were asked for, so that their number is bounded whatever callers send: where more words than routes can have
 * follow the same beginning they are values, as the names of users are.
 */
export class KnownPaths {
  readonly #root: Place = { below: new Map() };
  #places = 0;

  /** The path of these parts, with `:id` for each value, and `*` for the rest where there are too many. */
  shape(parts: readonly string[], isValue: (part: string) => boolean): string {
    let place = this.#root;
    let path = "";
    for (const part of parts) {
      const name = isValue(part) || this.#isOneTooMany(place, part) ? ":id" : part;
      const next = place.below.get(name) ?? this.#add(place, name);
      if (!next) return `${path}/*`;
      place = next;
      path += `/${name}`;
    }
    return path || "/";
  }

  #isOneTooMany({ below }: Place, part: string): boolean {
    return !below.has(part) && below.size >= MOST_WORDS;
  }

  #add(place: Place, name: string): Place | undefined {
    if (this.#places >= MOST_PLACES) return undefined;
    this.#places++;
    const added: Place = { below: new Map() };
    place.below.set(name, added);
    return added;
  }
}
