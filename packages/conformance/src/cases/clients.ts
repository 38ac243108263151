import type { Fixture } from "../fixture/fixture.js";
import { RawConnection } from "../wire/connection.js";
import { encode } from "../wire/request.js";

/** What became of the requests of all clients. */
export interface Tally {
  answered: number;
  /** Written, and not answered whole. */
  lost: number;
  /** Answered with anything but 200. */
  refused: number;
}

/** Clients at work. */
export interface Load {
  /** Resolves when so many requests were answered. */
  answered(count: number): Promise<void>;
  /** Resolves when no client can connect any more. */
  readonly ended: Promise<Tally>;
}

/** Clients that send one request after the other over connections they keep, and connect anew where they are told to. */
export function clients({ port }: Fixture, count: number): Load {
  const tally: Tally = { answered: 0, lost: 0, refused: 0 };
  const one = async (): Promise<void> => {
    for (;;) {
      const connection = await RawConnection.open(port).catch(() => undefined);
      if (connection === undefined) return;
      while (await ask(connection, tally));
      connection.close();
    }
  };
  return {
    ended: Promise.all(Array.from({ length: count }, one)).then(() => tally),
    async answered(enough) {
      while (tally.answered < enough) await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}

/** Whether the connection can be used again. */
async function ask(connection: RawConnection, tally: Tally): Promise<boolean> {
  connection.send(encode({ path: "/items/7" }));
  try {
    const { status, complete, headers } = await connection.response();
    if (!complete) throw new Error("it was cut");
    tally.answered++;
    if (status !== 200) tally.refused++;
    return headers["connection"] !== "close";
  } catch {
    tally.lost++;
    return false;
  }
}
