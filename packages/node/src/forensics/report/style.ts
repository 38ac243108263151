/** Colours by what they are for; each of a text has a contrast of at least 4.5 to its ground (WCAG 2, 1.4.3). */
const LIGHT =
  "--ground:#fff;--plot:#f3f5f7;--frame:#d0d7de;--text:#1f2328;--quiet:#57606a;--line:#1f5fa8;--shade:#dbe7f5;--bad:#b42318;--good:#1a7f37;--ring:#fdf0ee";
const DARK =
  "--ground:#0d1117;--plot:#161b22;--frame:#3d444d;--text:#e6edf3;--quiet:#9aa4af;--line:#79b8ff;--shade:#1f3350;--bad:#ff8f85;--good:#56d364;--ring:#3a1d1b";

/** What drawings need, be they part of a page or alone. */
export const DRAWING_STYLE: string = [
  `:root{${LIGHT}}`,
  `@media(prefers-color-scheme:dark){:root{${DARK}}}`,
  "svg{font:13px system-ui,-apple-system,'Segoe UI',sans-serif}",
  "text{fill:var(--text)}.quiet,.small{fill:var(--quiet)}.small{font-size:11.5px}.name{font-weight:600}.figure{font-variant-numeric:tabular-nums}",
  ".on-light,.on-light.small{fill:#14181d}.on-dark,.on-dark.small{fill:#fff}",
  ".axis{stroke:var(--frame)}.way,.edge,.wait,.curve{fill:none;stroke:var(--line);stroke-width:2}.edge{stroke:var(--quiet);stroke-width:1.2}",
  ".curve{stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}.shade{fill:var(--shade)}.opened{stroke:var(--bad);stroke-dasharray:3 3}",
  ".mark,.failed{fill:var(--bad)}.step{fill:var(--good)}.box{stroke:var(--frame)}.owner{fill:var(--plot);stroke:var(--frame)}.ring{fill:var(--ring);stroke:var(--bad)}",
  ".wait{stroke:var(--bad)}.head{fill:var(--bad)}.sheet{fill:var(--ground);stroke:var(--frame)}.headline{font-size:19px;font-weight:650}.bad{fill:var(--bad)}",
].join("");

/** Of the page around them. */
export const PAGE_STYLE: string = [
  ":root{color-scheme:light dark}",
  "body{margin:0 auto;max-width:760px;padding:28px 20px 60px;background:var(--ground);color:var(--text);font:15px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif}",
  "h1{font-size:22px;line-height:1.3;margin:6px 0 14px;overflow-wrap:anywhere}h2{font-size:16px;margin:30px 0 8px}p{margin:6px 0}",
  "a{color:var(--line)}code,pre{font:13px ui-monospace,SFMono-Regular,Menlo,monospace}code{background:var(--plot);border-radius:4px;padding:1px 5px;overflow-wrap:anywhere}",
  ".over{color:var(--quiet);overflow-wrap:anywhere}.state{font-weight:600}.open{color:var(--bad)}.closed{color:var(--good)}",
  "dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 18px;margin:0}dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}",
  "ol,ul{padding-left:22px;margin:6px 0}li{margin:5px 0}table{border-collapse:collapse;width:100%;font-size:14px}th,td{text-align:left;vertical-align:top;padding:5px 12px 5px 0;border-bottom:1px solid var(--frame);overflow-wrap:anywhere}",
  "th{color:var(--quiet);font-weight:500}td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}.quiet{color:var(--quiet)}",
  "svg{max-width:100%;height:auto}.charts{display:flex;flex-wrap:wrap;gap:14px 16px}.charts svg{max-width:352px}.scroll{overflow-x:auto}",
  ".sees{margin:14px 0 4px;font-weight:600}.figures td:first-child,.figures th:first-child{width:46%}.charts{margin-top:18px}",
  "details{margin:8px 0}summary{cursor:pointer}:target{background:var(--shade);outline:2px solid var(--line)}",
  "@media print{details>*{display:block}}",
].join("");
