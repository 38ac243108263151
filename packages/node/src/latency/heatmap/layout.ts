/** Where things are, in pixels. */
export const PAGE = { width: 1_260, margin: 24, head: 150, foot: 34 } as const;

/** A band: the texts at its left, its plot, and the names of the lines at its right. */
export const BAND = {
  /** Where the plot begins and how wide it is. */
  plotX: 388,
  plotWidth: 700,
  plotHeight: 144,
  /** The strip of errors, below the plot: crosses, and bars below them. */
  stripGap: 4,
  stripHeight: 32,
  barHeight: 20,
  /** The times, below the strip. */
  axisHeight: 22,
  gap: 22,
} as const;

/** What a band takes, with the gap to the next. */
export const BAND_HEIGHT: number = BAND.plotHeight + BAND.stripGap + BAND.stripHeight + BAND.axisHeight + BAND.gap;

export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif";

/** Sizes of text; nothing is smaller. */
export const SIZE = { title: 22, route: 14, text: 13, small: 12 } as const;
