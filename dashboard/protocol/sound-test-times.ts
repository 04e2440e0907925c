/**
 * Times of the test of the sound of a ward, which the server and the page share. This file has no imports, so that the page loads no schemas with it.
 */

/** How long the screens of the ward say that a test runs. The signals with their marks last 10 s (client/core/sound-test.ts). */
export const soundTestMs = 14_000;
/** Nobody can have heard all three signals before this time after the beginning of a test. */
export const signalsMsMin = 7_500;
/**
 * The page lets a person say only after this time that she or he heard all signals, because the signals begin with a heartbeat after the beginning of
 * the test.
 */
export const heardAfterMs = 9_000;
