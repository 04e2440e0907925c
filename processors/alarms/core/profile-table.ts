/**
 * Decides which profile judges a patient: the profile of the ward, or else the profile of the hospital. Vigil has no
 * built-in profiles for children and newborns; a hospital with such patients must configure them. A category without a
 * profile is not judged by limits. Pure.
 */
import type { Limits, ProfileSource } from '../../../contracts/messages/alarms.ts';
import type { LimitGroup } from '../../../contracts/parameters.ts';
import type { Category } from './inputs.ts';
import { adultProfile, type Profile } from './profile.ts';
import { builtInScores } from './scores/score-rules.ts';

export type LimitsByGroup = Readonly<Partial<Record<LimitGroup, Limits>>>;
/** A profile of the profile file. `scores` may be absent: then the built-in scores apply. */
export type FileProfile = Omit<Profile, 'source' | 'scores'> & Partial<Pick<Profile, 'scores'>>;
export type ByCategory<T> = Readonly<Partial<Record<Category, T>>>;

export type ProfileTable = {
  readonly hospital: ByCategory<Profile>;
  readonly wards: Readonly<Record<string, ByCategory<Profile>>>;
};

/**
 * The profiles if a hospital configures none. A device without an assigned patient may be connected to any patient, so
 * the adult profile judges its values, and the screen says so.
 */
export const builtInProfiles: ProfileTable = {
  hospital: { adult: adultProfile, unassigned: adultProfile },
  wards: {},
};

/** Returns the table of a profile file. The profiles of the file replace the built-in profiles. */
export function tableOf(
  version: string,
  hospital: ByCategory<FileProfile>,
  wards: Readonly<Record<string, ByCategory<FileProfile>>>,
) {
  const profiles = (origin: ProfileSource['origin'], fileProfiles: ByCategory<FileProfile>): ByCategory<Profile> =>
    Object.fromEntries(
      Object.entries(fileProfiles).map(([category, profile]) => [
        category,
        { ...profile, scores: profile.scores ?? builtInScores, source: { origin, version } },
      ]),
    );
  const table: ProfileTable = {
    hospital: { ...builtInProfiles.hospital, ...profiles('hospital', hospital) },
    wards: Object.fromEntries(
      Object.entries(wards).map(([ward, fileProfiles]) => [ward, profiles('ward', fileProfiles)]),
    ),
  };
  return table;
}

/** Returns the function that finds a profile in a table, in the form that the engine needs. */
export function profileOf(table: ProfileTable): (category: Category, ward: string | null) => Profile | undefined {
  return (category, ward) =>
    (ward === null || !Object.hasOwn(table.wards, ward) ? undefined : table.wards[ward]?.[category]) ??
    table.hospital[category];
}
