import type { Session } from "node:inspector";

type Inspector = typeof import("node:inspector");

/** Node's inspector; `undefined` where this Node was built without. */
export function inspectorOf(): Inspector | undefined {
  try {
    return process.getBuiltinModule("node:inspector");
  } catch {
    return undefined;
  }
}

/** A session with the thread that calls, which answers before it returns. `undefined` where there is no inspector. */
export function ownSession(): Session | undefined {
  const inspector = inspectorOf();
  if (!inspector) return undefined;
  const session = new inspector.Session();
  session.connect();
  return session;
}

/** Asks the session of the own thread. Throws what it refuses with. */
export function ask<T = unknown>(session: Session, method: string, params: object = {}): T {
  let answer: unknown;
  let refused: Error | null = null;
  session.post(method, params, (error, result) => {
    refused = error;
    answer = result;
  });
  if (refused) throw refused;
  return answer as T;
}
