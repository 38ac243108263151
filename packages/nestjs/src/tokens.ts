/** Injects the module's `Sop`: `constructor(@Inject(SOP) sop: Sop)`. */
export const SOP: unique symbol = Symbol("SOP");

/** The four verbs, for this package's own parts. */
export const LIFECYCLE: unique symbol = Symbol("SOP_LIFECYCLE");

/** Under which a handler or a controller keeps what finds its breaker. */
export const BREAKER: unique symbol = Symbol("SOP_BREAKER");
