export { type EvictablePool, type EvictablePoolOptions, evictablePool } from "./pools/evictable-pool.js";
