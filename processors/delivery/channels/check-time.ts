import { secondMs } from '../../../contracts/durations.ts';

/** How long a channel tries to send a canary, ms (ours): two tries, and less than the 60 s after which a silent canary is a failure. */
export const checkMsMax = 10 * secondMs;
