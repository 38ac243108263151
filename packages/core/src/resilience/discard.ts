interface Unread {
  readonly body?: { cancel?(): unknown } | null;
}

/**
 * Lets go of a value that nobody will get: the body of a `Response` that is never read would hold its connection until it is
 * collected.
 */
export function discard(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  try {
    const canceled = (value as Unread).body?.cancel?.();
    // The body may be locked, or broken: either way nobody waits for it.
    if (canceled instanceof Promise) canceled.catch(() => undefined);
  } catch {
    // A getter of the user's that throws.
  }
}
