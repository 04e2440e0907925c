/**
 * Times of the test of the sound of a ward, which the server and the page share. This file has no imports, so that the
 * page loads no schemas with it.
 */

/**
 * How long the screens of the ward show that a test runs. The signals with their marks last 10 s
 * (client/core/sound-test.ts).
 */
export const soundTestMs = 14_000;
/** The shortest time from the beginning of a test until a person can have heard all three signals. */
export const signalsMsMin = 7_500;
/**
 * The time after which the page lets a person say that she or he heard all signals. This time is longer than
 * `signalsMsMin`, because the signals begin only with the first heartbeat after the beginning of the test.
 */
export const heardAfterMs = 9_000;
