/** Decides when night mode of a screen is on. Night mode always ends by itself. */

import { nightFromHour, nightUntilHour } from '../../../contracts/night-hours.ts';
import { isQuiet } from '../../../contracts/quiet-hours.ts';
import type { WardPlan } from '../../../contracts/ward-plan.ts';
import { instantOfWall, wallTime } from '../../../contracts/zones.ts';
import { pageZone } from './zones.ts';

/**
 * When night mode is on. `ward`: in the night hours of the ward, if the ward has such hours. `nightly`: each night.
 * `off`: only if a person begins night mode.
 */
export const nightChoices = ['ward', 'off', 'nightly'] as const;
export type NightChoice = (typeof nightChoices)[number];

/**
 * From this hour on, a press begins night mode until the morning (ours). After a press by day, night mode lasts only
 * for `dayRestMs`.
 */
export const nightPressFromHour = 18;
/** How long night mode lasts if a person begins it by day, for example for a rest of the patients (ours). */
export const dayRestMs = 2 * 3_600_000;
/** The longest night that a person can begin. It contains the hour that a change of the clock adds. */
const begunMsMax = 13 * 3_600_000;

/**
 * Returns whether a night that a person began is on.
 * @param untilMs end of this night; 0 if nobody began a night
 */
export function isBegunNight(untilMs: number, nowMs: number): boolean {
  // If the end is further ahead than the longest night, the clock was set back after the night began.
  return nowMs < untilMs && untilMs - nowMs <= begunMsMax;
}

/**
 * Returns whether it is night by the chosen hours.
 * @param isWardNight whether it is night by the hours of the ward
 */
export function isHourOfNight(choice: NightChoice, isWardNight: boolean, nowMs: number): boolean {
  if (choice === 'ward') return isWardNight;
  const { hour } = wallTime(pageZone(), nowMs);
  return choice === 'nightly' && (hour >= nightFromHour || hour < nightUntilHour);
}

/**
 * Returns whether a time is in the night of a ward. If the browser does not know the time zone, there is no night, so
 * that alarms are louder and not softer.
 */
export function isNightOfWard(plan: Pick<WardPlan, 'night' | 'zone'> | undefined, nowMs: number): boolean {
  if (plan?.night === undefined || plan.zone === undefined) return false;
  try {
    return isQuiet({ ...plan.night, timeZone: plan.zone }, nowMs);
  } catch {
    return false;
  }
}

/**
 * Returns the end of a night that a person begins at `nowMs`: the next 06:00, or `nowMs` plus two hours if it is day.
 * Without the rule for the day, a press at 06:01 would make medium and low alarms as soft as possible for nearly 24
 * hours.
 */
export function nightEndMs(nowMs: number): number {
  const zone = pageZone();
  const now = wallTime(zone, nowMs);
  if (now.hour >= nightUntilHour && now.hour < nightPressFromHour) return nowMs + dayRestMs;
  const morningMs = (days: number) =>
    instantOfWall(zone, { ...now, day: now.day + days, hour: nightUntilHour, minute: 0, second: 0 });
  return morningMs(0) > nowMs ? morningMs(0) : morningMs(1);
}
