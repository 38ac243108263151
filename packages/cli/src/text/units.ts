/** A time span for people: `870 ms`, `1.2 s`, `42 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function span(ms: number): string {
  if (ms < 1) return "0 ms";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 59_500) return `${Math.round(ms / 1_000)} s`;
  if (ms < 3_599_500) return two(Math.round(ms / 1_000), 60, "min", "s");
  if (ms < 86_370_000) return two(Math.round(ms / 60_000), 60, "h", "min");
  return two(Math.round(ms / 3_600_000), 24, "d", "h");
}

function two(count: number, each: number, large: string, small: string): string {
  const rest = count % each;
  return rest === 0 ? `${count / each} ${large}` : `${Math.floor(count / each)} ${large} ${rest} ${small}`;
}

/** A time of the day, as it is here: `14:03:27`. With `fine`, to the millisecond. */
export function clock(at: number, { fine = false }: { fine?: boolean } = {}): string {
  const date = new Date(at);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0"));
  return `${parts.join(":")}${fine ? `.${String(date.getMilliseconds()).padStart(3, "0")}` : ""}`;
}

/** A date and a time of the day, as they are here: `2026-11-25 14:03:27`. */
export function moment(at: number): string {
  const date = new Date(at);
  const [year, month, day] = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) =>
    String(part).padStart(2, "0"),
  );
  return `${year}-${month}-${day} ${clock(at)}`;
}

/** A ratio of 0..1 in percent: `0 %`, `0.4 %`, `61 %`. */
export function percent(ratio: number): string {
  const value = ratio * 100;
  if (value === 0) return "0 %";
  if (value < 0.05) return "<0.1 %";
  return `${value < 9.95 && value % 1 !== 0 ? value.toFixed(1) : Math.round(value)} %`;
}

/** How many of something: `1 call`, `3 calls`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** How often a second: `0.4/s`, `31/s`. */
export function rate(perSecond: number): string {
  return `${perSecond < 9.95 ? perSecond.toFixed(1) : Math.round(perSecond)}/s`;
}
