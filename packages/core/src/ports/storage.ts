/** Where evidence is kept. Keys are relative paths with `/`. */
export interface Storage {
  /** Stores the whole value or nothing of it. */
  put(key: string, data: string | Uint8Array): Promise<void>;
  /** The value, or `undefined` where there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** The keys that begin with `prefix`, in alphabetical order. */
  list(prefix: string): Promise<readonly string[]>;
  /** Removes all keys that begin with `prefix`. */
  remove(prefix: string): Promise<void>;
}
