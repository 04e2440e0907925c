/** The name of a duty that an account would leave. It has its own file, so that the page loads no schemas with it. */
import type { LeftDuty } from './accounts.ts';

/** Returns the text that names a duty in a confirmation. */
export const leftDutyKey = ({ ward, duty, bed, next }: LeftDuty): string => JSON.stringify([ward, duty, bed, next]);
