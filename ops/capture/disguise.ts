/**
 * Replaces names by made-up names and moves times, for `--pseudonymous`. Within a file, a name always gets the same
 * made-up name. From the log, a file gets only numbers, codes and units of Vigil's tables, and texts of fixed lists
 * (see lines.ts). Pure.
 */

import { builtInAlertCodes } from '../../contracts/alert-codes.ts';
import { dayMs, minuteMs } from '../../contracts/durations.ts';
import type { Actor } from '../../contracts/messages/records.ts';
import { parameters } from '../../contracts/parameters.ts';
import { formatInstant, parseInstant } from '../../contracts/time.ts';

/**
 * Times are moved back by one to ten years, plus or minus up to 90 minutes (our choice). So a reading at night still
 * has a time at night.
 */
const daysMin = 365;
const daysMax = 3_650;
const minutesMax = 90;

/** The units of the parameter table. Any other unit is replaced, because a device could put a name in it. */
const units = new Set([...parameters.values()].map(({ unit }) => unit));
const alertTexts = new Set([...builtInAlertCodes.values()].map(({ text }) => text));

export type Disguise = {
  /** The time that is added to each time, ms; a whole number of minutes, below 0. */
  readonly shiftMs: number;
  /** Returns the moved instant; undefined if the text is not an instant. */
  instant(text: string): string | undefined;
  boot(boot: string): string;
  ward(ward: string): string;
  person(actor: Actor): Actor;
  commandId(id: string): string;
  /** Returns the code of a parameter unchanged if it is in Vigil's table; otherwise a made-up code. */
  code(code: string): string;
  /** Returns the code of an alarm unchanged if it is in Vigil's table; otherwise a made-up code. */
  alertCode(code: string): string;
  alertText(code: string, text: string): string;
  unit(unit: string): string;
  claim(claim: number): number;
};

/** Creates the disguise of one file. @param random returns numbers from 0 (included) to 1 (excluded) */
export function createDisguise(random: () => number): Disguise {
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const shiftMs = -between(daysMin, daysMax) * dayMs + between(-minutesMax, minutesMax) * minuteMs;
  const claimShift = between(1, 1_000_000);
  const names = new Map<string, string>();
  const counts = new Map<string, number>();

  function madeUp(kind: string, name: string): string {
    const earlierName = names.get(`${kind} ${name}`);
    if (earlierName !== undefined) return earlierName;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    names.set(`${kind} ${name}`, `${kind}${count}`);
    return `${kind}${count}`;
  }

  return {
    shiftMs,
    instant(text) {
      const ms = parseInstant(text);
      return ms === undefined ? undefined : formatInstant(ms + shiftMs);
    },
    boot: (boot) => madeUp('boot-', boot),
    ward: (ward) => madeUp('ward-', ward),
    person({ userId, role }) {
      const name = madeUp('person-', userId);
      return { userId: name, name, role };
    },
    commandId: (id) => madeUp('command-', id),
    code: (code) => (parameters.has(code) ? code : madeUp('MDC_OTHER_', code)),
    alertCode: (code) => (builtInAlertCodes.has(code) ? code : madeUp('other-', code)),
    alertText: (code, text) => (alertTexts.has(text) ? text : (builtInAlertCodes.get(code)?.text ?? 'Other alarm')),
    unit: (unit) => (units.has(unit) ? unit : 'other'),
    claim: (claim) => claim + claimShift,
  };
}
