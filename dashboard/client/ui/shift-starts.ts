/** Reads the shift times of the hospital from the session. */
import { shiftStartsOf as parseShiftTimes, usualShiftTimes } from '../../../contracts/shift-times.ts';
import type { ShiftStarts } from '../core/shifts.ts';
import type { App } from '../shell/app.ts';

const usualStarts: ShiftStarts = parseShiftTimes(usualShiftTimes);

/**
 * Returns the times of day at which shifts begin. A server of an older version sends no such times. Then this
 * function returns the usual times.
 */
export const shiftStartsOf = ({ session }: Pick<App, 'session'>): ShiftStarts =>
  session.value?.shiftStarts ?? usualStarts;
