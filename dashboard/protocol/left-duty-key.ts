/** The name of a duty that an account would leave. In its own file, because the page needs no schema for it. */
import type { LeftDuty } from './accounts.ts';

/** Returns the text that names a duty in a confirmation. */
export const leftDutyKey = ({ ward, duty, bed, next }: LeftDuty): string => JSON.stringify([ward, duty, bed, next]);
