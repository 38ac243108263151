import type { Sop } from "@sop/core";
import { HttpClient } from "../remote/http-client.js";
import { AlertBook, type Dispatch } from "./book.js";
import { BookFile } from "./book-file.js";
import { Courier } from "./courier.js";
import {
  breakerAlert,
  breakerLabels,
  drainAlert,
  incidentAlert,
  incidentLabels,
  isOpen,
  type Sender,
} from "./describe.js";
import type { AlertmanagerSettings } from "./options.js";
import { planeAddress } from "./plane-address.js";

const MAX_ANSWER = 64 * 1_024;

/** Sends what happens to `sop` to Alertmanager. Returns a function that stops it. */
export function pushAlerts(sop: Sop, settings: AlertmanagerSettings): () => void {
  const { urls, clock, queueDir, maxBytes, flush } = settings;
  let dropped = 0;
  const book = new AlertBook({
    ...settings,
    peers: urls,
    dropped: ({ alertname }) => {
      // Each tenfold, so that a flood of alerts is none of lines.
      if (Number.isInteger(Math.log10(++dropped)))
        sop.log.warn({ alertname, dropped }, "alerts have no room, and are lost");
    },
  });
  const file =
    queueDir === undefined
      ? undefined
      : new BookFile(queueDir, sop.service, maxBytes, (reason) => sop.log.warn({ reason }, "alerts are not kept"));
  const couriers = urls.map((url) => courierOf(sop, url, settings, book, () => file?.save()));
  const changed = (): void => {
    file?.save();
    for (const courier of couriers) courier.ring();
  };
  let address = settings.generatorUrl;
  const sender = (): Sender => {
    // It listens when the service does, and may say so after the first alert.
    address ??= planeAddress(settings.incidents);
    return { ...settings, service: sop.service, generatorURL: address };
  };
  file?.adopt(book);

  const undo = [
    sop.observe({
      name: "alertmanager",
      breakerChanged(change) {
        if (isOpen(change.state)) book.fire(breakerAlert(sender(), change));
        else book.end(breakerLabels(sender(), change.breaker), change.at);
        changed();
      },
      incidentOpened(incident) {
        book.fire(incidentAlert(sender(), incident));
        changed();
      },
      incidentChanged(incident, step) {
        if (step?.step !== "diagnosed" && step?.step !== "mitigated") return;
        book.fire(incidentAlert(sender(), incident, step.detail));
        changed();
      },
      incidentClosed(incident) {
        book.end(incidentLabels(sender(), incident), clock.now());
        changed();
      },
      crashed: () => file?.saveNow(),
      drainStarted(reason) {
        // An event rather than a state: whoever drains will not be there to say that it is over.
        const alert = drainAlert(sender(), reason, clock.now());
        book.fire(alert);
        book.end(alert.labels, clock.now());
        changed();
      },
    }),
    sop.onDrain(async ({ signal }) => {
      book.endAll(clock.now());
      file?.saveNow();
      const limit = AbortSignal.any([signal, AbortSignal.timeout(flush)]);
      await Promise.all(couriers.map((courier) => courier.flush(limit)));
    }),
  ];
  const atExit = (): void => {
    book.endAll(clock.now());
    file?.saveNow();
  };
  process.on("exit", atExit);
  for (const courier of couriers) void courier.run();
  return () => {
    for (const stop of undo) stop();
    process.off("exit", atExit);
    for (const courier of couriers) courier.close();
    book.endAll(clock.now());
    file?.close();
  };
}

function courierOf(
  { log }: Sop,
  url: string,
  settings: AlertmanagerSettings,
  book: AlertBook,
  changed: () => void,
): Courier {
  const { secrets } = settings;
  let trouble: string | undefined;
  return new Courier(book, {
    ...settings,
    url,
    client: () => new HttpClient(url, MAX_ANSWER, settings.tls()),
    changed,
    troubled(reason) {
      if (trouble === reason) return;
      if (reason === undefined) log.info({ alertmanager: url }, "alerts are taken again");
      else if (trouble === undefined)
        log.warn({ alertmanager: url, reason: secrets.mask(reason) }, "alerts are not taken");
      trouble = reason;
    },
    refused: ({ alert }: Dispatch, reason) =>
      log.error(
        { alertmanager: url, alert: alert.labels["alertname"], reason: secrets.mask(reason) },
        "an alert is refused",
      ),
  });
}
