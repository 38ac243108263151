import type { Reason } from "./problem.js";

/** A change through the plane, or a request that it refused; never a token, a body or a raw path. */
export interface AuditRecord {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `done`: a change was made. `refused`: the request had no effect. `failed`: it was begun, and its end is not known. */
  readonly outcome: "done" | "refused" | "failed";
  /** Of the endpoint, or `none` where the request is of no endpoint. */
  readonly operation: string;
  /** What was changed, as the path says: `{ name: "redis" }`. */
  readonly target?: Readonly<Record<string, string>> | undefined;
  readonly status: number;
  /** Which guard refused it. */
  readonly reason?: Reason | undefined;
  /** The subject of the certificate, or which token; `unknown` where there was none that is right. */
  readonly identity: string;
  readonly address: string;
  /** How many of the same kind this line stands for, where a flood was put together. */
  readonly count?: number | undefined;
}

/** Puts together what comes in floods: the first of a kind is told at once, the rest of a time as one. */
export class AuditTrail {
  readonly #tell: (records: readonly AuditRecord[]) => void;
  readonly #kinds = new Map<string, { record: AuditRecord; more: number }>();

  constructor(tell: (records: readonly AuditRecord[]) => void) {
    this.#tell = tell;
  }

  /** How many kinds are told apart between two flushes; those above it are one. */
  static readonly kinds = 200;

  refused(record: AuditRecord): void {
    const { address, identity, operation, reason = "" } = record;
    const own = [address, identity, operation, reason].join("\n");
    const isFull = !this.#kinds.has(own) && this.#kinds.size >= AuditTrail.kinds;
    const kind = isFull ? reason : own;
    const known = this.#kinds.get(kind);
    if (known) {
      known.more++;
      known.record = { ...record, ...(isFull && { address: "several", identity: "several", operation: "several" }) };
      return;
    }
    this.#kinds.set(kind, { record, more: 0 });
    this.#tell([record]);
  }

  /** Tells what was put together since the last call; to be called every ten seconds. */
  flush(): void {
    const rest = [...this.#kinds.values()].flatMap(({ record, more }) =>
      more > 0 ? [{ ...record, count: more }] : [],
    );
    this.#kinds.clear();
    if (rest.length > 0) this.#tell(rest);
  }
}
