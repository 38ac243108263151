import { randomBytes } from "node:crypto";
import { get } from "node:http";
import type { Socket } from "node:net";

/** A program that listens for debuggers, as it says of itself. */
export interface Inspected {
  /** For debuggers: `ws://127.0.0.1:9229/<id>`. */
  readonly url: string;
}

const PATIENCE = 2_000;

/** What listens for debuggers at a port of loopback; `undefined` where nothing does, or something else listens. */
export async function inspectedAt(host: string, port: number): Promise<Inspected | undefined> {
  try {
    const text = await textAt(host, port, "/json/list");
    const [first] = JSON.parse(text) as readonly { readonly type?: string; readonly webSocketDebuggerUrl?: string }[];
    const url = first?.webSocketDebuggerUrl;
    return first?.type === "node" && url !== undefined && new URL(url).port === String(port) ? { url } : undefined;
  } catch {
    return undefined;
  }
}

function textAt(host: string, port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = get({ host, port, path, agent: false, timeout: PATIENCE }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        if (text.length > 1e6) sent.destroy(new Error("too long"));
      });
      response.on("end", () => resolve(text)).on("error", reject);
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer"))).on("error", reject);
  });
}

/** Sends methods of the inspector's protocol, one after the other, and gives their answers; `undefined` for those that get none. */
export async function tell(
  { url }: Inspected,
  methods: readonly (readonly [method: string, params?: object])[],
): Promise<readonly (string | undefined)[]> {
  const socket = await open(url);
  const answers: (string | undefined)[] = [];
  try {
    for (const [i, [method, params = {}]] of methods.entries()) {
      const answer = answerTo(socket, i + 1);
      socket.write(frame(JSON.stringify({ id: i + 1, method, params })));
      answers.push(await answer);
    }
  } finally {
    socket.destroy();
  }
  return answers;
}

/** A web socket (RFC 6455). */
function open(url: string): Promise<Socket> {
  const { hostname, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const headers = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": randomBytes(16).toString("base64"),
    };
    const sent = get({ host: hostname, port, path: pathname, headers, agent: false, timeout: PATIENCE });
    sent.on("upgrade", (_response, socket) => resolve(socket.on("error", () => {}) as Socket));
    sent.on("response", (response) => reject(new Error(`status ${response.statusCode}`)));
    sent.on("timeout", () => sent.destroy(new Error("no answer"))).on("error", reject);
  });
}

/** A text in one frame, masked as a client has to. */
function frame(text: string): Buffer {
  const data = Buffer.from(text);
  const mask = randomBytes(4);
  const head = data.length < 126 ? [0x81, 0x80 | data.length] : [0x81, 0x80 | 126, data.length >> 8, data.length & 255];
  return Buffer.concat([Buffer.from(head), mask, data.map((byte, i) => byte ^ (mask[i % 4] as number))]);
}

/** The text that has the answer's id; frames around it are of no interest. `undefined` where the connection ends first. */
function answerTo(socket: Socket, id: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let bytes = "";
    const done = (answer: string | undefined): void => {
      clearTimeout(timer);
      socket.off("data", read).off("close", end);
      resolve(answer);
    };
    const end = (): void => done(undefined);
    const read = (chunk: Buffer): void => {
      bytes += chunk.toString("latin1");
      const at = bytes.indexOf(`{"id":${id},`);
      // An answer of ours is one small object: it is whole with its last brace.
      if (at >= 0 && bytes.endsWith("}")) done(bytes.slice(at));
    };
    const timer = setTimeout(end, PATIENCE);
    socket.on("data", read).on("close", end);
  });
}
