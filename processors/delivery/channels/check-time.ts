import { secondMs } from '../../../contracts/durations.ts';

/**
 * How long a channel tries to send a canary, ms (ours). This is enough for two tries, and less than the 60 s after
 * which a canary without an answer counts as failed.
 */
export const checkMsMax = 10 * secondMs;
