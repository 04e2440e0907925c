/**
 * The key of a duty that a person would lose. The function has its own file, so that the page does not load the
 * schemas.
 */
import type { LeftDuty } from './accounts.ts';

/** Returns the key of a duty. With this key an administrator confirms that the person loses the duty. */
export const leftDutyKey = ({ ward, duty, bed, next }: LeftDuty): string => JSON.stringify([ward, duty, bed, next]);
