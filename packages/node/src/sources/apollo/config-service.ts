import { createHmac } from "node:crypto";
import type { Clock } from "@sop/core";
import { type HttpAnswer, HttpClient } from "../../remote/http-client.js";

/** What the config service calls the latest release of a namespace. */
export interface Notification {
  readonly namespaceName: string;
  readonly notificationId: number;
}

/** A release of a namespace: all of its items. */
export interface Release {
  readonly releaseKey: string;
  readonly configurations: Readonly<Record<string, string>>;
}

export interface ApolloPlace {
  readonly appId: string;
  readonly cluster: string;
  readonly secret: () => string | undefined;
  /** Whom a gray release is matched with. */
  readonly gray: Readonly<Record<string, string>>;
}

/**
 * The HTTP interface of Apollo's config service, as "Client Access Guide for Other Languages" of its documentation describes it
 * (sections 1.3 to 1.6).
 */
export class ConfigService {
  readonly #place: ApolloPlace;
  readonly #client: HttpClient;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #progress: () => void;

  constructor(place: ApolloPlace, server: string, maxBytes: number, clock: Clock, progress: () => void) {
    this.#place = place;
    this.#client = new HttpClient(server, maxBytes);
    // A config service may be below a path; the signature is over all of it.
    this.#path = new URL(server).pathname.replace(/\/$/, "");
    this.#clock = clock;
    this.#progress = progress;
  }

  /** What is newer than `known`. Held for 60 s where nothing is, then none. */
  async notifications(known: readonly Notification[], signal: AbortSignal): Promise<readonly Notification[]> {
    const { appId, cluster } = this.#place;
    const query = new URLSearchParams({ appId, cluster, notifications: JSON.stringify(known) });
    const answer = await this.#get(`/notifications/v2?${query}`, signal);
    return answer.status === 304 ? [] : (JSON.parse(answer.body.toString("utf8")) as Notification[]);
  }

  /** The present release of a namespace; `undefined` where it is the `known` one. */
  async release(
    namespace: string,
    known: Release | undefined,
    notificationId: number | undefined,
    signal: AbortSignal,
  ): Promise<Release | undefined> {
    const { appId, cluster, gray } = this.#place;
    const query = new URLSearchParams({ ...gray, ...(known && { releaseKey: known.releaseKey }) });
    // Without it a config service that caches may answer with the release before.
    const details = { [[appId, cluster, namespace].join("+")]: notificationId };
    if (notificationId !== undefined && notificationId >= 0) query.set("messages", JSON.stringify({ details }));
    const path = ["", "configs", appId, cluster, namespace].map(encodeURIComponent).join("/");
    const answer = await this.#get(query.size > 0 ? `${path}?${query}` : path, signal);
    return answer.status === 304 ? undefined : (JSON.parse(answer.body.toString("utf8")) as Release);
  }

  /** Rejects where the config service does not say that it is well. */
  async health(signal: AbortSignal): Promise<void> {
    const { status } = await this.#client.call("/health", { signal });
    if (status >= 500) throw new Error(`the config service's health is status ${status}`);
  }

  close(): void {
    this.#client.close();
  }

  async #get(path: string, signal: AbortSignal): Promise<HttpAnswer> {
    const headers = this.#signature(path);
    const answer = await this.#client.call(path, { headers, signal, progress: this.#progress });
    if (answer.status === 200 || answer.status === 304) return answer;
    throw new Error(`the config service answered ${path.split("?")[0]} with status ${answer.status}`);
  }

  #signature(path: string): Record<string, string> {
    const { appId, secret } = this.#place;
    const key = secret();
    if (key === undefined) return {};
    const timestamp = String(this.#clock.now());
    const signature = createHmac("sha1", key).update(`${timestamp}\n${this.#path}${path}`).digest("base64");
    return { authorization: `Apollo ${appId}:${signature}`, timestamp };
  }
}
