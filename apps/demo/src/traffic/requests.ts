import { randomUUID } from "node:crypto";

/** One kind of request that customers send. */
export interface CustomerRequest {
  readonly kind: "items" | "account" | "order" | "picture";
  readonly path: string;
  readonly init: RequestInit;
}

const BOUNDARY = "shop-picture-1f0c";
const FORM = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
const PICTURE = "GIF89a, or what a customer takes for one";

/** What customers do, in its order, again and again. */
export function customerRequest(n: number): CustomerRequest {
  switch (n % 5) {
    case 0:
      return { kind: "account", path: `/accounts/${n % 4}`, init: {} };
    case 2:
      return { kind: "order", path: "/orders", init: order(n) };
    case 4:
      return {
        kind: "picture",
        path: `/pictures?key=${randomUUID()}`,
        init: picture(`${part()}\r\n--${BOUNDARY}--\r\n`),
      };
    default:
      return { kind: "items", path: "/items", init: {} };
  }
}

/** An upload whose form has no end, as a client sends it that stops too early. */
export function truncatedUpload(requestId: string): CustomerRequest {
  const init = picture(part(), { "x-request-id": requestId });
  return { kind: "picture", path: `/pictures?key=${randomUUID()}`, init };
}

function part(): string {
  const disposition = 'Content-Disposition: form-data; name="picture"; filename="bread.gif"';
  return [`--${BOUNDARY}`, disposition, "Content-Type: image/gif", "", PICTURE].join("\r\n");
}

function picture(body: string, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return { method: "POST", headers: { ...FORM, ...headers }, body };
}

function order(n: number): RequestInit {
  const body = JSON.stringify({ key: randomUUID(), account: n % 4, item: n % 4 });
  return { method: "POST", headers: { "content-type": "application/json" }, body };
}
