/** What the shop uses of a package that has no types of its own. */
declare module "express-session" {
  import type { RequestHandler } from "express";

  interface MakeSession {
    (options: {
      readonly secret: string;
      readonly resave: boolean;
      readonly saveUninitialized: boolean;
      readonly store: object;
    }): RequestHandler;
    readonly MemoryStore: new () => object;
  }

  const session: MakeSession;
  export default session;
}
