import { conformance } from "@sop/conformance";

const why = "Fastify itself logs what fails after the reply was sent, and tells nobody else";

conformance({
  name: "Fastify",
  server: new URL("./server.mjs", import.meta.url),
  deviations: { "P-19": { why, panics: 0 }, "P-20": { why, panics: 0 } },
});
