import { pause } from "../../remote/pause.js";
import type { RemoteSettings } from "../remote/options.js";
import type { Link, Remote } from "../remote/remote.js";
import { type ApolloPlace, ConfigService, type Release } from "./config-service.js";

/** Where the namespaces are. */
export interface Namespaces extends ApolloPlace {
  readonly servers: readonly string[];
  readonly namespaces: readonly string[];
  readonly resync: number;
}

/** What one connection has learned. */
interface Learned {
  readonly service: ConfigService;
  readonly link: Link;
  readonly signal: AbortSignal;
  readonly releases: Map<string, Release>;
  /** Of each namespace, the latest change that was told; -1 where none was. */
  readonly told: Map<string, number>;
}

/** Asks for all namespaces, then for those that the long poll names, and for all of them from time to time. */
export class ApolloNamespaces implements Remote {
  readonly #place: Namespaces;
  readonly #settings: RemoteSettings;
  #attempt: number;
  #service: ConfigService | undefined;

  constructor(place: Namespaces, settings: RemoteSettings) {
    this.#place = place;
    this.#settings = settings;
    this.#attempt = Math.floor(settings.random() * place.servers.length);
  }

  async follow(link: Link, signal: AbortSignal): Promise<void> {
    const { servers, namespaces } = this.#place;
    const { maxBytes, clock } = this.#settings;
    const server = servers[this.#attempt++ % servers.length] as string;
    const service = new ConfigService(this.#place, server, 2 * maxBytes, clock, link.progress);
    const told = new Map(namespaces.map((name) => [name, -1]));
    const learned: Learned = { service, link, signal, releases: new Map(), told };
    try {
      await this.#ask(learned, namespaces);
      this.#service = service;
      await Promise.race([this.#listen(learned), this.#resync(learned)]);
    } finally {
      this.#service = undefined;
      service.close();
    }
  }

  /** The long poll is silent for a minute where nothing changes; whether the service lives is asked beside it. */
  async check(signal: AbortSignal): Promise<void> {
    await this.#service?.health(signal);
  }

  async #listen(learned: Learned): Promise<void> {
    const { service, signal, told } = learned;
    while (!signal.aborted) {
      const known = [...told].map(([namespaceName, notificationId]) => ({ namespaceName, notificationId }));
      const news = await service.notifications(known, signal);
      for (const { namespaceName, notificationId } of news) told.set(namespaceName, notificationId);
      if (news.length > 0) {
        await this.#ask(
          learned,
          news.map(({ namespaceName }) => namespaceName),
        );
      }
    }
  }

  async #resync(learned: Learned): Promise<void> {
    while (!learned.signal.aborted) {
      await pause(this.#settings.clock, this.#place.resync, learned.signal);
      if (!learned.signal.aborted) await this.#ask(learned, this.#place.namespaces);
    }
  }

  /** Asks for releases; those that are new are in force together. */
  async #ask({ service, signal, releases, told, link }: Learned, names: readonly string[]): Promise<void> {
    const found = await Promise.all(
      names.map(async (name) => ({
        name,
        release: await service.release(name, releases.get(name), told.get(name), signal),
      })),
    );
    const fresh = found.filter(({ release }) => release !== undefined);
    for (const { name, release } of fresh) if (release) releases.set(name, release);
    if (fresh.length === 0) return;
    const inOrder = this.#place.namespaces.flatMap((name) => releases.get(name) ?? []);
    link.table.putAll(inOrder.flatMap(({ configurations }) => Object.entries(configurations)));
    link.ready(inOrder.map(({ releaseKey }) => releaseKey).join(" "));
  }
}
