import { publint as lint } from "publint";
import { formatMessage } from "publint/utils";
import type { Gate } from "../lib/gate.ts";
import { bytesOf, packAll } from "../lib/pack.ts";

export const publint: Gate = {
  name: "publint",
  about: "each packed package.json points at files that exist and have the format they claim",
  async run() {
    const problems: string[] = [];
    for (const { manifest, tarball } of await packAll()) {
      const { messages, pkg } = await lint({ pack: { tarball: bytesOf(tarball) }, strict: true });
      for (const message of messages) {
        if (message.type !== "suggestion")
          problems.push(`${manifest.name}: ${formatMessage(message, pkg, { color: false })}`);
      }
    }
    return { problems };
  },
};
