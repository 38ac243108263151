export type { Bench, Case } from "./case.js";
export { CASES, conformance, type Subject } from "./conformance.js";
export { type Exit, Fixture, type FixtureSource } from "./fixture/fixture.js";
export { type Counted, counted, type FixtureState } from "./fixture/state.js";
export { type Deviation, PANICS, type PanicAnswer, type PanicOutcome, type PanicRow } from "./panics.js";
export { type SettableFlags, settableFlags } from "./settable-flags.js";
export { RawConnection } from "./wire/connection.js";
export { encode, type RawRequest, request } from "./wire/request.js";
export { parseResponse, type RawResponse } from "./wire/response.js";
