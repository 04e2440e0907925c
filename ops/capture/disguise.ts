/**
 * Made-up names and moved times, the same throughout a file: `--pseudonymous`. Only what is named here or in lines.ts is copied from the
 * log: codes and units of the parameter table, numbers, and texts of closed lists. Pure.
 */
import { builtInAlertCodes } from '../../contracts/alert-codes.ts';
import type { Actor } from '../../contracts/messages/records.ts';
import { parameters } from '../../contracts/parameters.ts';
import { formatInstant, parseInstant } from '../../contracts/time.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** Times are moved back by one to ten years, and by up to 90 minutes forward or back, so that a night stays a night (ours). */
const daysMin = 365;
const daysMax = 3_650;
const minutesMax = 90;

/** Units that say nothing about a person. */
const units = new Set([...parameters.values()].map(({ unit }) => unit));
const alertTexts = new Set([...builtInAlertCodes.values()].map(({ text }) => text));

export type Disguise = {
  /** How far times are moved, ms; a whole number of minutes. */
  readonly shiftMs: number;
  /** Undefined if the text is not an instant. */
  instant(text: string): string | undefined;
  boot(boot: string): string;
  ward(ward: string): string;
  person(actor: Actor): Actor;
  commandId(id: string): string;
  /** Returns a code of a parameter or an alarm. A code of Vigil's tables stays, any other is replaced by a made-up one. */
  code(code: string): string;
  alertCode(code: string): string;
  alertText(code: string, text: string): string;
  unit(unit: string): string;
  claim(claim: number): number;
};

/** @param random returns numbers from 0 (included) to 1 (excluded) */
export function createDisguise(random: () => number): Disguise {
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const shiftMs = -between(daysMin, daysMax) * dayMs + between(-minutesMax, minutesMax) * minuteMs;
  const claimShift = between(1, 1_000_000);
  const names = new Map<string, string>();
  const counts = new Map<string, number>();

  function madeUp(kind: string, name: string): string {
    const known = names.get(`${kind} ${name}`);
    if (known !== undefined) return known;
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
