/** An error with a stack of at most `depth` frames, which V8 writes out when it is first read. */
export function errorOf(depth: number): Error {
  const usual = Error.stackTraceLimit;
  // Where the intrinsics are frozen neither does anything.
  Reflect.set(Error, "stackTraceLimit", depth);
  const error = new Error();
  Reflect.set(Error, "stackTraceLimit", usual);
  return error;
}

/** The stack as text; whoever formats stacks himself may have made something else of it. */
export function textOf({ stack }: { readonly stack?: unknown }): string {
  return typeof stack === "string" ? stack : "";
}
