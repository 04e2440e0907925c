/**
 * Alarm limits: which profile a ward has for whom, and how one patient's own limits lie over it. The adult one is in
 * contracts/adult-limits.ts. There is no built-in profile for children and newborns: a ward that has them
 * configures its own, and a category without one is refused, never judged by another's.
 */
import { adultLimits } from '../../contracts/adult-limits.ts';
import { limitsFault } from '../../contracts/effective-limits.ts';
import type { Priority } from '../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups } from '../../contracts/parameters.ts';
import type { Category, Environment, Profile } from './inputs.ts';

/** Priority of the plain limits; extreme ones are high (CLINICAL, table). */
export const plainPriority: Readonly<Record<LimitGroup, Priority>> = {
  HR: 'medium',
  PR: 'medium',
  SpO2: 'medium',
  RR: 'medium',
  BPsys: 'medium',
  BPmean: 'medium',
  Temp: 'low',
  EtCO2: 'medium',
};

/** How far inside its limit a value must be to end the alarm, in the parameter's unit. Ours: about the sensor's own noise. */
export const hysteresis: Readonly<Record<LimitGroup, number>> = {
  HR: 2,
  PR: 2,
  SpO2: 1,
  RR: 1,
  BPsys: 2,
  BPmean: 2,
  Temp: 0.1,
  EtCO2: 1,
};

/** Profiles by ward and category; a ward without its own has the hospital's. */
export type ProfileTable = {
  readonly hospital: Readonly<Partial<Record<Category, Profile>>>;
  readonly wards: Readonly<Record<string, Readonly<Partial<Record<Category, Profile>>>>>;
};

/** What a hospital has that configures nothing. A device without a patient may be on anyone: it is judged as an adult's, and its screen says so. */
export const builtInProfiles: ProfileTable = {
  hospital: { adult: adultLimits, unassigned: adultLimits },
  wards: {},
};

/** The lookup of a table, as the engine wants it. */
export function profileOf(table: ProfileTable): Environment['profile'] {
  return (category, ward) =>
    (ward === null || !Object.hasOwn(table.wards, ward) ? undefined : table.wards[ward]?.[category]) ??
    table.hospital[category];
}

/** Whether a table's every profile can be used; the first fault as a sentence, undefined where there is none. */
export function tableFault(table: ProfileTable): string | undefined {
  const all = [['hospital', table.hospital] as const, ...Object.entries(table.wards)];
  for (const [ward, categories] of all)
    for (const [category, profile] of Object.entries(categories))
      for (const group of limitGroups) {
        const limits = profile?.[group];
        const fault = limits && limitsFault(group, limits);
        if (fault) return `the ${category} limits of ${group} of ${ward} are ${fault}`;
      }
  return undefined;
}
