/** What a function of `node:fs` does to the path that is its first argument. */
export type Operation =
  /** Asks whether it is there. */
  | "check"
  | "read"
  /** Needs it to be there. */
  | "use"
  | "write"
  /** Makes it where it is not there. */
  | "make"
  | "remove"
  /** Moves it to the path that is the second argument. */
  | "move"
  /** Makes the path that is the second argument, where that is not there. */
  | "make_second"
  /** As its flags say. */
  | "open";

/** The functions that are followed; each has a callback, a `Sync` and, but for `exists`, a promise. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  exists: "check",
  access: "check",
  stat: "check",
  lstat: "check",
  readFile: "read",
  readdir: "use",
  truncate: "use",
  open: "open",
  writeFile: "write",
  mkdir: "make",
  unlink: "remove",
  rmdir: "remove",
  rm: "remove",
  rename: "move",
  link: "make_second",
  symlink: "make_second",
  copyFile: "make_second",
};
