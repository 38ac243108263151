import { makeConsumer } from "../lib/consumer.ts";
import type { Gate } from "../lib/gate.ts";
import { importEverything } from "../lib/import-everything.ts";

export const smoke: Gate = {
  name: "smoke",
  about: "each entry of the packed tarballs loads by import and by require",
  async run() {
    const consumer = await makeConsumer();
    try {
      return await importEverything(consumer.dir, process.execPath);
    } finally {
      consumer.remove();
    }
  },
};
