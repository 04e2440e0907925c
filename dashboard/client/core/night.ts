/** Night mode of a screen: when it is on. It always ends by itself. */

import { nightFromHour, nightUntilHour } from '../../../contracts/night-hours.ts';
import { isQuiet } from '../../../contracts/quiet-hours.ts';
import type { WardPlan } from '../../../contracts/ward-plan.ts';
import { instantOfWall, wallTime } from '../../../contracts/zones.ts';
import { pageZone } from './zones.ts';

/** `ward`: in the hours of the ward, if it has any. `nightly`: each night. `off`: only if a person begins it. */
export const nightChoices = ['ward', 'off', 'nightly'] as const;
export type NightChoice = (typeof nightChoices)[number];

/** From this hour on a press begins the night (ours). A press by day lasts only for `dayRestMs`. */
export const nightPressFromHour = 18;
/** How long night mode lasts if a person begins it by day, for example for a rest of the patients (ours). */
export const dayRestMs = 2 * 3_600_000;
/** The longest night that a person can begin, with the hour that a change of the clock adds. */
const begunMsMax = 13 * 3_600_000;

/** Returns whether a night that a person began is on. @param untilMs its end; 0 if nobody began one */
export function isBegunNight(untilMs: number, nowMs: number): boolean {
  // An end that is further ahead than any night was made before the clock was set back.
  return nowMs < untilMs && untilMs - nowMs <= begunMsMax;
}

/** Returns whether it is night by the hours that were chosen. @param isWardNight whether it is night by the hours of the ward */
export function isHourOfNight(choice: NightChoice, isWardNight: boolean, nowMs: number): boolean {
  if (choice === 'ward') return isWardNight;
  const { hour } = wallTime(pageZone(), nowMs);
  return choice === 'nightly' && (hour >= nightFromHour || hour < nightUntilHour);
}

/**
 * Returns whether a time is in the night of a ward. A browser that does not know the time zone has no night: its alarms
 * are then louder, not softer.
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
 * Returns when a night ends that a person begins at a time: at the next 06:00, or by day after two hours. Otherwise a press at
 * 06:01 would play medium and low alarms at the floor for the whole day.
 */
export function nightEndMs(nowMs: number): number {
  const zone = pageZone();
  const now = wallTime(zone, nowMs);
  if (now.hour >= nightUntilHour && now.hour < nightPressFromHour) return nowMs + dayRestMs;
  const morningMs = (days: number) =>
    instantOfWall(zone, { ...now, day: now.day + days, hour: nightUntilHour, minute: 0, second: 0 });
  return morningMs(0) > nowMs ? morningMs(0) : morningMs(1);
}
