import { type OutgoingHttpHeaders, request } from "node:http";
import { bodyOf } from "../support/service.ts";

/** One request over a connection of its own, which is gone afterwards. */
export async function send(
  url: string,
  { method = "POST", body = "", headers = {} }: { method?: string; body?: string; headers?: OutgoingHttpHeaders } = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers, agent: false }, async (response) => {
      resolve({ status: response.statusCode ?? 0, body: (await bodyOf(response)).toString() });
    })
      .on("error", reject)
      .end(body);
  });
}
