/** How many colours the scale has. */
export const STEPS = 12;

// The ends of cividis: lightest first, left out what is too near to the ground for one request to be seen.
const FEW = 0.82;
const MANY = 0;

/** The colours of a count, of few to many: darker is more. */
export const COLOURS: readonly string[] = Array.from({ length: STEPS }, (_, i) => {
  return cividis(FEW + ((MANY - FEW) * i) / (STEPS - 1));
});

/** The colour's number of a count, on a logarithmic scale from 1 to `most`. */
export function stepOf(count: number, most: number): number {
  if (most <= 1) return STEPS - 1;
  const share = Math.log(Math.max(1, count)) / Math.log(most);
  return Math.min(STEPS - 1, Math.floor(share * STEPS));
}

/** The least count that has a colour. */
export function leastOf(step: number, most: number): number {
  return most ** (step / STEPS);
}

/**
 * Cividis at `t`, 0 (dark blue) to 1 (yellow): perceptually uniform, and the same to people who see no red or no green. Nuñez, Anderton
 * and Renslow, "Optimizing colormaps with consideration for color vision deficiency", PLoS ONE 13(7), 2018. The polynomial is that of
 * d3-scale-chromatic (ISC).
 */
function cividis(t: number): string {
  const red = -4.54 - t * (35.34 - t * (2381.73 - t * (6402.7 - t * (7024.72 - t * 2710.57))));
  const green = 32.49 + t * (170.73 + t * (52.82 - t * (131.46 - t * (176.58 - t * 67.37))));
  const blue = 81.24 + t * (442.36 - t * (2482.43 - t * (6167.24 - t * (6614.94 - t * 2475.67))));
  const hex = [red, green, blue].map((channel) => {
    return Math.round(Math.max(0, Math.min(255, channel)))
      .toString(16)
      .padStart(2, "0");
  });
  return `#${hex.join("")}`;
}

/** The colours beside the scale; each of a text has a contrast of at least 4.5 to its ground (WCAG 2, 1.4.3). */
export const INK = {
  ground: "#ffffff",
  frame: "#d0d7de",
  plot: "#f3f5f7",
  grid: "#dde2e8",
  text: "#1f2328",
  quiet: "#57606a",
  error: "#b42318",
  halo: "#ffffff",
} as const;
