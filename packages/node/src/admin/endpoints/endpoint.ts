import type { Static, TObject, TSchema } from "@sinclair/typebox";
import type { PlaneCode } from "../codes.js";
import type { MainPartName, PartName, Parts } from "./parts.js";

/** What a caller may do: a `viewer` reads, an `operator` changes too. */
export type Role = "viewer" | "operator";

/** Who asks. */
export interface Caller {
  readonly role: Role;
  /** For the audit: `token`, or the subject of the certificate. */
  readonly identity: string;
  readonly address: string;
}

/** A request whose parts have passed their schemas. Durations are milliseconds, whatever they were sent as. */
export interface Asked<Q = Readonly<Record<string, unknown>>, B = unknown> {
  /** Decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Q;
  /** `undefined` where there is none. */
  readonly body: B;
  readonly caller: Caller;
}

/** One thing that is wrong with a request. */
export interface Wrong {
  /** Where: `query.limit`, `body.injectors.0.mode`. */
  readonly path: string;
  /** What would be right. */
  readonly allowed: string;
}

/** Why a request is not done, told as a problem document (RFC 9457); the status is that of the code. */
export interface Problem {
  readonly code: PlaneCode;
  /** For people: what is wrong, and what to do. */
  readonly detail: string;
  /** Everything that is wrong with a request, at most 20. */
  readonly problems?: readonly Wrong[];
}

/** What is sent back: JSON, a text of another type, a file, or a problem document. */
export type Answer =
  | { readonly status: number; readonly json: object }
  | { readonly status: number; readonly type: string; readonly bytes: Uint8Array; readonly file: string }
  | { readonly status: number; readonly type: string; readonly text: string }
  | { readonly problem: Problem };

/** The bounds of calls to an endpoint, beside the common one: `snapshot` for each address, `evidence` for all callers together. */
export type Limit = "snapshot" | "evidence";

/** An answer of one status. Without `type` it is JSON; without `schema` a text. */
export interface AnswerKind {
  readonly about: string;
  readonly schema?: TSchema;
  readonly type?: string;
  /** Another type that it can be asked for in, as text. */
  readonly also?: string;
  readonly example?: object;
}

interface Described {
  /** The operation's name, in OpenAPI and in the audit: `listBreakers`. */
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With parameters as `:name`. */
  readonly path: string;
  /** For people, one sentence; what else is worth knowing is in `about`. */
  readonly summary: string;
  readonly about?: string;
  /** The least that a caller must be; `anyone` needs no token. */
  readonly role: Role | "anyone";
  readonly limit?: Limit;
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TSchema;
  /** Bodies for people to start from. */
  readonly examples?: readonly object[];
  /** Answers by status, those of the plane itself (401, 429, ...) left out. */
  readonly answers: Readonly<Record<number, AnswerKind>>;
  /** Codes of problems of its own, beside `SOP_ERR_REQUEST`. */
  readonly refuses?: readonly PlaneCode[];
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

/** Sends on and on; how is the transport's affair. */
export interface StreamEndpoint extends Described {
  readonly kind: "stream";
}

/** Takes evidence, which may take its time: beside the main thread, of which it asks what only that knows. It ends when its caller leaves. */
export interface EvidenceEndpoint extends Described {
  readonly kind: "evidence";
  /** What it asks the main thread for, beside what its inspector tells. */
  readonly reads: readonly MainPartName[];
}

/** For anyone, answered by the transport from what it knows itself. */
export interface OpenEndpoint extends Described {
  readonly kind: "open";
}

/** One operation of the plane: the same definition checks requests, routes them, and is the OpenAPI document. */
export type Endpoint = ReadEndpoint | CommandEndpoint | StreamEndpoint | EvidenceEndpoint | OpenEndpoint;

/** Of the parts those that an endpoint reads. */
type Read<P extends PartName> = Pick<Parts, P | "asOf" | "isLive">;

type Value<S> = S extends TSchema ? Static<S> : undefined;

interface ReadGiven<P extends PartName, Q extends TObject | undefined, B extends TSchema | undefined>
  extends Omit<ReadEndpoint, "kind" | "reads" | "answer" | "query" | "body"> {
  readonly reads: readonly P[];
  readonly query?: Q;
  readonly body?: B;
  answer(parts: Read<P>, asked: Asked<Value<Q>, Value<B>>): Answer;
}

/** An endpoint that reads; `answer` sees only the parts that it `reads`, and what its schemas say. */
export function read<
  P extends PartName,
  Q extends TObject | undefined = undefined,
  B extends TSchema | undefined = undefined,
>(given: ReadGiven<P, Q, B>): ReadEndpoint {
  return { ...given, kind: "read" } as unknown as ReadEndpoint;
}

/** A JSON answer of what is known, and when it was known. */
export function known({ isLive, asOf }: Pick<Parts, "isLive" | "asOf">, data: object, status = 200): Answer {
  return { status, json: { live: isLive, asOf: new Date(asOf).toISOString(), ...data } };
}
