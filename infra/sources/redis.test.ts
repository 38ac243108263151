import { openRedisStore } from "../../packages/node/test/sources/redis-store.ts";
import { sourceSuite } from "../../packages/node/test/sources/source-suite.ts";
import { missing } from "../services/missing.ts";

sourceSuite("Redis", openRedisStore, { skip: missing("redis-server") });
