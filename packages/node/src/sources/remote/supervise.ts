import type { ConfigSource, ConfigUpdate } from "@sop/core";
import type { RemoteSettings } from "./options.js";
import type { Remote } from "./remote.js";
import { Supervisor } from "./supervisor.js";
import type { ReadValue } from "./value.js";

/**
 * A source of flags that live in another process: connects, connects again when the connection is lost, keeps the last known flags
 * in the meantime and across a restart. `make` is called once for each who follows.
 */
export function supervised(settings: RemoteSettings, make: () => Remote, read?: ReadValue): ConfigSource {
  return { name: settings.name, watch: (signal) => watch(settings, make(), signal, read) };
}

async function* watch(
  settings: RemoteSettings,
  remote: Remote,
  signal: AbortSignal,
  read: ReadValue | undefined,
): AsyncGenerator<ConfigUpdate> {
  const supervisor = new Supervisor(remote, settings, read);
  const stop = (): void => supervisor.stop();
  signal.addEventListener("abort", stop);
  try {
    if (signal.aborted) return;
    supervisor.start();
    yield* supervisor.queue.updates();
  } finally {
    signal.removeEventListener("abort", stop);
    supervisor.stop();
  }
}
