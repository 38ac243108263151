/** A duration in milliseconds for people: `0.42 ms`, `4.2 ms`, `420 ms`, `4.2 s`. */
export function formatLatency(ms: number): string {
  if (ms >= 100_000) return `${Math.round(ms / 1_000)} s`;
  // What would be rounded up to a thousand milliseconds is a second.
  return ms >= 999.5 ? `${digits(ms / 1_000)} s` : `${digits(ms)} ms`;
}

function digits(value: number): string {
  if (value === 0) return "0";
  const places = value >= 9.95 ? 0 : value >= 0.995 ? 1 : 2;
  return String(Number(value.toFixed(places)));
}

/** A share for people: `0 %`, `0.04 %`, `4.2 %`, `42 %`; it is `0 %` only where there was none, and `100 %` only where it was all. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.01) return "< 0.01 %";
  if (percent < 100 && percent >= 99.5) return "> 99 %";
  return `${digits(percent)} %`;
}

/** A whole number for people: `12,345`. Counts that were extrapolated are rounded. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}
