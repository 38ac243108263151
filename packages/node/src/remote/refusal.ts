/** A value, a document or an answer that cannot be used; the message says why. */
export class Refusal extends Error {}
