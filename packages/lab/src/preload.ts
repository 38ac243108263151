import { isMainThread } from "node:worker_threads";
import { beginPerturbation, readPerturbation } from "./perturb/of-process.js";
import { installAlias } from "./preload/install-alias.js";
import { reportCrash } from "./preload/report-crash.js";
import { reportListening } from "./preload/report-listening.js";
import { readSettings } from "./preload/settings.js";
import { stayInTouch } from "./preload/stay-in-touch.js";

// Loaded into a service before its own code. Threads and child processes of the service load it too: they get the alias only.
const settings = readSettings(process.env);
if (settings !== undefined) {
  installAlias(settings);
  if (isMainThread && process.ppid === settings.parent) {
    reportCrash(settings.crashFile);
    reportListening();
    stayInTouch();
    const perturbation = readPerturbation(process.env);
    if (perturbation?.what === "service") beginPerturbation(perturbation);
  }
}
