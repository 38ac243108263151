import { openNatsStore } from "../../packages/node/test/sources/nats-store.ts";
import { sourceSuite } from "../../packages/node/test/sources/source-suite.ts";
import { missing } from "../services/missing.ts";

sourceSuite("NATS", openNatsStore, {
  skip: missing("nats-server"),
  lacks: { "S-10": "a bucket has no transactions over several keys; each put is a state of its own" },
});
