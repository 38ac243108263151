import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import type { AdminTls } from "../../src/admin.ts";
import { temporaryDirectory } from "../support/files.ts";

const guide = readFileSync(join(import.meta.dirname, "../../../../docs/guides/admin.md"), "utf8");
const [, commands = ""] = /^```sh\n(new=[\s\S]*?)^```$/m.exec(guide) ?? [];

/** An authority with what it signed, by the commands of the guide, as they stand there. */
export class Authority {
  readonly dir: string = temporaryDirectory();

  constructor() {
    this.#run(commands);
  }

  /** Of the listener. */
  get tls(): AdminTls {
    return { cert: this.#path("server.crt"), key: this.#path("server.key"), ca: this.#path("ca.crt") };
  }

  /** Of a client that trusts the listener; `alice`, or who was signed since. */
  client(name = "alice"): ConnectionOptions {
    const [cert, key, ca] = [`${name}.crt`, `${name}.key`, "ca.crt"].map((file) => readFileSync(this.#path(file)));
    return { cert, key, ca } as ConnectionOptions;
  }

  /** Signs another one. `days` may be below 0: it has expired. `by`: whose key signs. */
  sign(name: string, subject: string, { days = 1, use = "clientAuth", by = "ca" } = {}): void {
    this.#run(`
      printf 'extendedKeyUsage=${use}' > ${name}.ext
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj "${subject}" -keyout ${name}.key -out ${name}.csr
      openssl x509 -req -in ${name}.csr -CA ${by}.crt -CAkey ${by}.key -CAcreateserial -days ${days} -extfile ${name}.ext -out ${name}.crt
    `);
  }

  /** Puts the files of another authority in the place of these. */
  replaceBy(other: Authority, ...names: readonly string[]): void {
    for (const name of names) copyFileSync(other.#path(name), this.#path(name));
  }

  #path(name: string): string {
    return join(this.dir, name);
  }

  #run(script: string): void {
    execFileSync("sh", ["-ec", script], { cwd: this.dir, stdio: ["ignore", "ignore", "pipe"] });
  }
}
