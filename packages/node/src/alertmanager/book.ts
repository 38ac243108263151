import { type Alert, keyOf, type Labels, type PostedAlert, posted } from "./alert.js";

/** What one Alertmanager was told of an alert. */
export interface Told {
  readonly version: number;
  /** When it first heard that the alert fires. */
  readonly since: number;
  /** When it heard of it last. */
  readonly at: number;
  /** Whether it needs to hear nothing more. */
  readonly isOver: boolean;
}

/** An alert, and what each Alertmanager was told of it, by its URL. */
export interface Entry {
  readonly alert: Alert;
  readonly version: number;
  readonly told: ReadonlyMap<string, Told>;
}

/** What is due for an Alertmanager. */
export interface Dispatch {
  readonly key: string;
  readonly version: number;
  readonly alert: PostedAlert;
  /** Whether nothing more has to follow. */
  readonly isLast: boolean;
}

/** Times in milliseconds, bounds, and who is to be told. */
export interface BookSettings {
  readonly peers: readonly string[];
  /** How often an alert that fires is sent again. */
  readonly repeat: number;
  /** How long an alert fires at least, as an Alertmanager sees it. */
  readonly hold: number;
  readonly maxBytes: number;
  /** Told of each alert that there was no room for. */
  dropped(labels: Labels): void;
}

const SEVERITIES = ["info", "warning", "critical"];
/** An alert that is not sent again ends by itself after so many repeats. */
const LIVES = 4;

/**
 * The alerts that somebody has yet to hear of, and those that fire: the latest state of each, not a list of messages, so that a long
 * outage needs no more room than a short one. An alert that was over before an Alertmanager heard of it is sent as one that fires
 * and ends after `hold`: Alertmanager notifies nobody of one that comes resolved.
 */
export class AlertBook {
  readonly #settings: BookSettings;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(settings: BookSettings) {
    this.#settings = settings;
  }

  get entries(): Iterable<Entry> {
    return this.#entries.values();
  }

  get size(): number {
    return this.#entries.size;
  }

  /** An alert fires, or its annotations are others now. One that ended and is not forgotten goes on. */
  fire(alert: Alert): void {
    const known = this.#entries.get(keyOf(alert.labels));
    const startsAt = known?.alert.startsAt ?? alert.startsAt;
    this.put({ alert: { ...alert, startsAt }, version: (known?.version ?? 0) + 1, told: known?.told ?? new Map() });
  }

  /** The alert of these labels ended. */
  end(labels: Labels, at: number): void {
    const known = this.#entries.get(keyOf(labels));
    if (known === undefined || known.alert.endedAt !== undefined) return;
    this.put({ ...known, version: known.version + 1, alert: { ...known.alert, endedAt: at } });
  }

  /** Ends all that fire. */
  endAll(at: number): void {
    for (const { alert } of [...this.#entries.values()]) this.end(alert.labels, at);
  }

  /** Takes an entry as it is; the least important one is dropped where there is no room. */
  put(entry: Entry): void {
    const key = keyOf(entry.alert.labels);
    this.#remove(key);
    this.#entries.set(key, entry);
    this.#bytes += weightOf(entry);
    this.#forgetIfOver(key, entry);
    while (this.#bytes > this.#settings.maxBytes && this.#entries.size > 0) this.#dropOne();
  }

  /** Up to `max` alerts that `peer` is to be told now, and when the next one is due; `Infinity`: none. */
  due(peer: string, now: number, max: number): { readonly batch: readonly Dispatch[]; readonly next: number } {
    const batch: Dispatch[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (const [key, entry] of this.#entries) {
      const at = this.#dueAt(entry, peer);
      if (at > now) next = Math.min(next, at);
      else if (batch.length < max) batch.push(this.#dispatch(key, entry, peer, now));
      else return { batch, next: now };
    }
    return { batch, next };
  }

  /** `peer` has taken these. Gives whether the book is another now, for one who reads it after a restart. */
  told(peer: string, batch: readonly Dispatch[], now: number): boolean {
    let isChanged = false;
    for (const { key, version, isLast } of batch) {
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      const before = entry.told.get(peer);
      const since = before === undefined || before.isOver ? now : before.since;
      isChanged ||= before?.version !== version || before.isOver !== isLast;
      const after: Entry = {
        ...entry,
        told: new Map(entry.told).set(peer, { version, since, at: now, isOver: isLast }),
      };
      this.#entries.set(key, after);
      this.#forgetIfOver(key, after);
    }
    return isChanged;
  }

  /** No Alertmanager takes it: it is forgotten. */
  refused({ key, version }: Dispatch): void {
    if (this.#entries.get(key)?.version === version) this.#remove(key);
  }

  #dueAt({ alert, version, told }: Entry, peer: string): number {
    const { repeat, hold } = this.#settings;
    const known = told.get(peer);
    if (known === undefined) return 0;
    const isFiring = alert.endedAt === undefined;
    if (known.version === version) return isFiring ? known.at + repeat : Number.POSITIVE_INFINITY;
    return isFiring ? 0 : known.since + hold;
  }

  #dispatch(key: string, { alert, version, told }: Entry, peer: string, now: number): Dispatch {
    const { repeat, hold } = this.#settings;
    const known = told.get(peer);
    if (alert.endedAt === undefined) {
      return { key, version, isLast: false, alert: posted(alert, now + LIVES * repeat) };
    }
    const isHeard = known !== undefined && !known.isOver;
    return { key, version, isLast: true, alert: posted(alert, isHeard ? alert.endedAt : now + hold) };
  }

  #forgetIfOver(key: string, { alert, version, told }: Entry): void {
    if (alert.endedAt === undefined) return;
    const isOver = this.#settings.peers.every((peer) => {
      const known = told.get(peer);
      return known?.isOver && known.version === version;
    });
    if (isOver) this.#remove(key);
  }

  /** What is over goes first, then what matters least, then what is oldest. */
  #dropOne(): void {
    let least: Entry | undefined;
    for (const entry of this.#entries.values()) if (least === undefined || rank(entry) < rank(least)) least = entry;
    if (least === undefined) return;
    this.#remove(keyOf(least.alert.labels));
    this.#settings.dropped(least.alert.labels);
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#bytes -= weightOf(entry);
    this.#entries.delete(key);
  }
}

function rank({ alert: { endedAt, labels } }: Entry): number {
  return (endedAt === undefined ? SEVERITIES.length + 1 : 0) + SEVERITIES.indexOf(labels["severity"] ?? "info");
}

function weightOf({ alert }: Entry): number {
  return 2 * JSON.stringify(alert).length;
}
