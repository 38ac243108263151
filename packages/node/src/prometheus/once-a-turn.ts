/** `read`, called once for all metrics of a scrape: they are asked in one turn, and so their numbers agree with each other. */
export function onceATurn<T>(read: () => T): () => T {
  let current: { readonly value: T } | undefined;
  return () => {
    if (current === undefined) {
      current = { value: read() };
      queueMicrotask(() => {
        current = undefined;
      });
    }
    return current.value;
  };
}
