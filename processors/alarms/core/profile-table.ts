/**
 * Which profile judges which patient: the ward's, else the hospital's. There is no built-in profile for children and newborns. A hospital
 * that has them configures its own. A category without a profile is refused, never judged by another's limits. Pure.
 */
import type { Limits, ProfileSource } from '../../../contracts/messages/alarms.ts';
import type { LimitGroup } from '../../../contracts/parameters.ts';
import type { Category } from './inputs.ts';
import { adultProfile, type Profile } from './profile.ts';
import { builtInScores } from './scores/score-rules.ts';

export type LimitsByGroup = Readonly<Partial<Record<LimitGroup, Limits>>>;
/** A profile as it is in its file. A file from before 2026-12 has no scores. */
export type OfFile = Omit<Profile, 'source' | 'scores'> & Partial<Pick<Profile, 'scores'>>;
export type ByCategory<T> = Readonly<Partial<Record<Category, T>>>;

export type ProfileTable = {
  readonly hospital: ByCategory<Profile>;
  readonly wards: Readonly<Record<string, ByCategory<Profile>>>;
};

/**
 * The profiles of a hospital that configures none. A device with no patient assigned may be connected to any patient: the
 * adult profile judges it, and its screen says so.
 */
export const builtInProfiles: ProfileTable = {
  hospital: { adult: adultProfile, unassigned: adultProfile },
  wards: {},
};

/** Returns a file's profiles over the built-in ones. */
export function tableOf(
  version: string,
  hospital: ByCategory<OfFile>,
  wards: Readonly<Record<string, ByCategory<OfFile>>>,
) {
  const profiles = (origin: ProfileSource['origin'], of: ByCategory<OfFile>): ByCategory<Profile> =>
    Object.fromEntries(
      Object.entries(of).map(([category, one]) => [
        category,
        { ...one, scores: one.scores ?? builtInScores, source: { origin, version } },
      ]),
    );
  const table: ProfileTable = {
    hospital: { ...builtInProfiles.hospital, ...profiles('hospital', hospital) },
    wards: Object.fromEntries(Object.entries(wards).map(([ward, of]) => [ward, profiles('ward', of)])),
  };
  return table;
}

/** Returns the lookup of a table, in the form that the engine needs. */
export function profileOf(table: ProfileTable): (category: Category, ward: string | null) => Profile | undefined {
  return (category, ward) =>
    (ward === null || !Object.hasOwn(table.wards, ward) ? undefined : table.wards[ward]?.[category]) ??
    table.hospital[category];
}
