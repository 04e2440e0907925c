/**
 * Which profile judges whom: by ward, else by hospital. There is no built-in profile for children and newborns: a hospital that has them
 * configures its own, and a category without one is refused, never judged by another's limits. Pure.
 */
import type { Limits, ProfileSource } from '../../../contracts/messages/alarms.ts';
import type { LimitGroup } from '../../../contracts/parameters.ts';
import type { Category } from './inputs.ts';
import { adultProfile, type Profile } from './profile.ts';
import { builtInScores } from './scores/score-rules.ts';

export type LimitsByGroup = Readonly<Partial<Record<LimitGroup, Limits>>>;
/** A profile as its file has it. One of before 2026-12 says nothing of scores. */
export type OfFile = Omit<Profile, 'source' | 'scores'> & Partial<Pick<Profile, 'scores'>>;
export type ByCategory<T> = Readonly<Partial<Record<Category, T>>>;

export type ProfileTable = {
  readonly hospital: ByCategory<Profile>;
  readonly wards: Readonly<Record<string, ByCategory<Profile>>>;
};

/** What a hospital has that configures nothing. A device without a patient may be on anyone: it is judged as an adult's, and its screen says so. */
export const builtInProfiles: ProfileTable = {
  hospital: { adult: adultProfile, unassigned: adultProfile },
  wards: {},
};

/** A file's profiles over the built-in ones. */
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

/** The lookup of a table, as the engine wants it. */
export function profileOf(table: ProfileTable): (category: Category, ward: string | null) => Profile | undefined {
  return (category, ward) =>
    (ward === null || !Object.hasOwn(table.wards, ward) ? undefined : table.wards[ward]?.[category]) ??
    table.hospital[category];
}
