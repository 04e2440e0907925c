/** Times of the test of the sound of a ward, which the server and the page share. This file has no imports, so that the page needs no schema for them. */

/** How long the screens of the ward say that a test runs. The signals with their marks last 10 s (client/core/sound-test.ts). */
export const soundTestMs = 14_000;
/** Nobody can have heard all three signals before this time after the beginning of a test. */
export const signalsMsMin = 7_500;
/** The page lets a person say that she or he heard all signals from this time on: they begin with a heartbeat. */
export const heardAfterMs = 9_000;
