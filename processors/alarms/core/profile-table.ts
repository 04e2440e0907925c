/**
 * Which profile judges whom: by ward, else by hospital. There is no built-in profile for children and newborns: a hospital that has them
 * configures its own, and a category without one is refused, never judged by another's limits. Pure.
 */
import { limitsFault } from '../../../contracts/effective-limits.ts';
import type { Limits } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups } from '../../../contracts/parameters.ts';
import type { Category } from './inputs.ts';
import { adultProfile, type Profile, profileOfLimits } from './profile.ts';

export type LimitsByGroup = Readonly<Partial<Record<LimitGroup, Limits>>>;
type ByCategory<T> = Readonly<Partial<Record<Category, T>>>;

export type ProfileTable = {
  readonly hospital: ByCategory<Profile>;
  readonly wards: Readonly<Record<string, ByCategory<Profile>>>;
};

/** What a hospital has that configures nothing. A device without a patient may be on anyone: it is judged as an adult's, and its screen says so. */
export const builtInProfiles: ProfileTable = {
  hospital: { adult: adultProfile, unassigned: adultProfile },
  wards: {},
};

/** A file's limits over the built-in profiles. */
export function tableOf(
  hospital: ByCategory<LimitsByGroup>,
  wards: Readonly<Record<string, ByCategory<LimitsByGroup>>>,
): ProfileTable {
  const profiles = (of: ByCategory<LimitsByGroup>): ByCategory<Profile> =>
    Object.fromEntries(Object.entries(of).map(([category, limits]) => [category, profileOfLimits(limits)]));
  return {
    hospital: { ...builtInProfiles.hospital, ...profiles(hospital) },
    wards: Object.fromEntries(Object.entries(wards).map(([ward, of]) => [ward, profiles(of)])),
  };
}

/** The lookup of a table, as the engine wants it. */
export function profileOf(table: ProfileTable): (category: Category, ward: string | null) => Profile | undefined {
  return (category, ward) =>
    (ward === null || !Object.hasOwn(table.wards, ward) ? undefined : table.wards[ward]?.[category]) ??
    table.hospital[category];
}

/** Whether every profile can be used; the first fault as a sentence, undefined where there is none. */
export function tableFault(
  hospital: ByCategory<LimitsByGroup>,
  wards: Readonly<Record<string, ByCategory<LimitsByGroup>>>,
): string | undefined {
  for (const [ward, categories] of [['hospital', hospital] as const, ...Object.entries(wards)])
    for (const [category, profile] of Object.entries(categories))
      for (const group of limitGroups) {
        const limits = profile?.[group];
        const fault = limits && limitsFault(group, limits);
        if (fault) return `the ${category} limits of ${group} of ${ward} are ${fault}`;
      }
  return undefined;
}
