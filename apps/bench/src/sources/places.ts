import { missing } from "../../../../infra/services/missing.ts";
import { openApolloStore } from "../../../../packages/node/test/sources/apollo-store.ts";
import { openEtcdStore } from "../../../../packages/node/test/sources/etcd-store.ts";
import { openFilePlace } from "../../../../packages/node/test/sources/file-place.ts";
import { openHttpStore } from "../../../../packages/node/test/sources/http-store.ts";
import { openNatsStore } from "../../../../packages/node/test/sources/nats-store.ts";
import { openRedisStore } from "../../../../packages/node/test/sources/redis-store.ts";
import type { Place } from "../../../../packages/node/test/sources/store.ts";

/** A place of flags that is measured. */
export interface Measured {
  readonly name: string;
  readonly open: () => Promise<Place>;
  /** Whether several flags can change at once. */
  readonly isTransactional: boolean;
  /** Whether it is asked at an interval, which is what its latency is. */
  readonly isPolled?: boolean;
  /** Why it cannot be measured here. */
  readonly missing: string | undefined;
}

export const PLACES: readonly Measured[] = [
  { name: "file", open: openFilePlace, isTransactional: true, missing: undefined },
  { name: "etcd", open: openEtcdStore, isTransactional: true, missing: missing("etcd") },
  { name: "redis", open: openRedisStore, isTransactional: true, missing: missing("redis-server") },
  { name: "nats", open: openNatsStore, isTransactional: false, missing: missing("nats-server") },
  { name: "apollo", open: openApolloStore, isTransactional: true, missing: undefined },
  { name: "http", open: openHttpStore, isTransactional: true, isPolled: true, missing: undefined },
];
