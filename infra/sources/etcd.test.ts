import { openEtcdStore } from "../../packages/node/test/sources/etcd-store.ts";
import { sourceSuite } from "../../packages/node/test/sources/source-suite.ts";
import { missing } from "../services/missing.ts";

sourceSuite("etcd", openEtcdStore, { skip: missing("etcd") });
