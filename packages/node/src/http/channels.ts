import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** What is called with the messages of each channel, by its name. */
export type Subscribers = Readonly<Record<string, (message: never) => void>>;

/**
 * Subscribes to channels. Returns a function that ends it. An error of a subscriber would end the process, as there is nobody to
 * catch it: the first one ends all subscriptions instead, and is handed to `failed`.
 */
export function listen(subscribers: Subscribers, failed: (error: unknown) => void): () => void {
  const bound = Object.entries(subscribers).map(([name, call]) => ({
    name,
    safe: (message: unknown) => {
      try {
        call(message as never);
      } catch (error) {
        stop();
        failed(error);
      }
    },
  }));
  const stop = (): void => {
    for (const { name, safe } of bound) unsubscribe(name, safe);
  };
  for (const { name, safe } of bound) subscribe(name, safe);
  return stop;
}
