import { type DashboardOptions, dashboardOf } from "../dashboard/dashboard.js";
import { EXIT, print, type Terminal } from "../terminal.js";

/** Prints a dashboard of Grafana: JSON, with and without `--json`. */
export function renderDashboard(options: DashboardOptions, terminal: Terminal): number {
  print(terminal, true, dashboardOf(options), "");
  return EXIT.fine;
}
