import type { TObject, TSchema } from "@sinclair/typebox";
import type { PartName, Parts } from "./parts.js";

/** What a caller may do: a `viewer` reads, an `operator` changes too. */
export type Role = "viewer" | "operator";

/** Who asks. */
export interface Caller {
  readonly role: Role;
  /** For the audit: `token`, or the subject of the certificate. */
  readonly identity: string;
  readonly address: string;
}

/** A request whose parts have passed their schemas. */
export interface Asked {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** `undefined` where there is none. */
  readonly body: unknown;
  readonly caller: Caller;
}

/** What is sent back: JSON, or a text of another type. */
export type Answer =
  | { readonly status: number; readonly json: object }
  | { readonly status: number; readonly type: string; readonly text: string };

/** The bounds of calls to an endpoint, beside the common one: `snapshot` for each address, `evidence` for all callers together. */
export type Limit = "snapshot" | "evidence";

interface Described {
  /** The operation's name, in OpenAPI and in the audit: `listBreakers`. */
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  /** The least that a caller must be. */
  readonly role: Role;
  readonly limit?: Limit;
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TSchema;
  /** Answers by status, those of the plane itself (401, 429, ...) left out. Without `type` it is JSON. */
  readonly answers: Readonly<
    Record<number, { readonly about: string; readonly schema?: TSchema; readonly type?: string }>
  >;
}

/** Reads: `answer` is pure and runs beside the main thread, over parts that are fresh, or the last known ones. */
export interface ReadEndpoint extends Described {
  readonly kind: "read";
  readonly reads: readonly PartName[];
  answer(parts: Parts, asked: Asked): Answer;
}

/** Changes something, and runs in the main thread; it is audited, and refused where all is read-only. */
export interface CommandEndpoint extends Described {
  readonly kind: "command";
}

/** One operation of the plane: the same definition checks requests, routes them, and is the OpenAPI document. */
export type Endpoint = ReadEndpoint | CommandEndpoint;
