import { openHttpStore } from "./http-store.ts";
import { sourceSuite } from "./source-suite.ts";

sourceSuite("an HTTP server", openHttpStore);
