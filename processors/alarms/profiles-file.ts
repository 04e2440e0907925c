/**
 * The file of limit profiles: for wards, and for children and newborns, who have no built-in profile. It may change while the process runs.
 */
import type { Logger } from 'pino';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { textFaultIn } from '../../contracts/text.ts';
import { profileFaults } from './core/profile-faults.ts';
import { type ByCategory, builtInProfiles, type OfFile, type ProfileTable, tableOf } from './core/profile-table.ts';
import { followOperatorFile, type OperatorFile, readJsonFile, refused, schemaFaults } from './operator-file.ts';

const setting = 'VIGIL_LIMIT_PROFILES_FILE';

const closed = { additionalProperties: false } as const;
const profile = Type.Optional(Type.Unknown());
const Categories = Type.Object({ adult: profile, paediatric: profile, neonatal: profile, unassigned: profile }, closed);
const ProfilesFile = Type.Object(
  {
    version: Type.String({ minLength: 1, maxLength: 40, pattern: '\\S' }),
    hospital: Type.Optional(Categories),
    wards: Type.Optional(Type.Record(Type.String({ minLength: 1, maxLength: 40 }), Categories)),
  },
  closed,
);
const check = Compile(ProfilesFile);

/**
 * Returns the profiles of a file over the built-in adult one.
 * @param path empty: only the built-in profile
 * @throws VigilError `settings-invalid`: names every fault of the file with its place; no part of such a file is used
 */
export function readProfiles(path: string): ProfileTable {
  if (path === '') return builtInProfiles;
  const given = readJsonFile(setting, path);
  if (!check.Check(given)) throw refused(setting, schemaFaults(check.Errors(given)));
  const { version, hospital = {}, wards = {} } = given as Static<typeof ProfilesFile>;
  const texts = textFaultIn([version, ...Object.keys(wards)]);
  const faults = [
    ...(texts ? [`/: a name ${texts.fault}.`] : []),
    ...categoryFaults('/hospital', hospital),
    ...Object.entries(wards).flatMap(([ward, of]) => categoryFaults(`/wards/${ward}`, of)),
  ];
  if (faults.length > 0) throw refused(setting, faults);
  return tableOf(version, hospital as ByCategory<OfFile>, wards as Readonly<Record<string, ByCategory<OfFile>>>);
}

const categoryFaults = (path: string, of: Static<typeof Categories>) =>
  Object.entries(of).flatMap(([category, one]) => profileFaults(one, `${path}/${category}`, category === 'adult'));

export type Profiles = OperatorFile<ProfileTable>;

/** Reads the file, and reads it again when it changes. @param onChange called after a change */
export const followProfiles = (path: string, log: Logger, onChange: () => void, everyMs?: number): Profiles =>
  followOperatorFile({
    path,
    builtIn: builtInProfiles,
    read: readProfiles,
    what: 'the limit profiles',
    log,
    onChange,
    everyMs,
  });
