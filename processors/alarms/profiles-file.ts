/**
 * Reads the operator's file of limit profiles. The file has profiles of the hospital and of its wards, for each
 * category of patients. Children and newborns have no built-in profile. The file may change while the process runs.
 */
import type { Logger } from 'pino';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { textFaultIn } from '../../contracts/text.ts';
import {
  followOperatorFile,
  type OperatorFile,
  readJsonFile,
  refusalOf,
  schemaFaults,
} from '../../process/operator-file.ts';
import { profileFaults } from './core/profile-faults.ts';
import {
  type ByCategory,
  builtInProfiles,
  type FileProfile,
  type ProfileTable,
  tableOf,
} from './core/profile-table.ts';

const setting = 'VIGIL_LIMIT_PROFILES_FILE';

const noOtherFields = { additionalProperties: false } as const;
const profile = Type.Optional(Type.Unknown());
const Categories = Type.Object(
  { adult: profile, paediatric: profile, neonatal: profile, unassigned: profile },
  noOtherFields,
);
const ProfilesFile = Type.Object(
  {
    version: Type.String({ minLength: 1, maxLength: 40, pattern: '\\S' }),
    hospital: Type.Optional(Categories),
    wards: Type.Optional(Type.Record(Type.String({ minLength: 1, maxLength: 40 }), Categories)),
  },
  noOtherFields,
);
const check = Compile(ProfilesFile);

/**
 * Returns the profiles of a file. If the file has no profile of the hospital for adults or for `unassigned` devices,
 * this category keeps the built-in adult profile.
 * @param path path of the file. If it is empty, only the built-in profile is returned.
 * @throws VigilError `settings-invalid` if the file has faults. The error names every fault with its place.
 */
export function readProfiles(path: string): ProfileTable {
  if (path === '') return builtInProfiles;
  const content = readJsonFile(setting, path);
  if (!check.Check(content)) throw refusalOf(setting, schemaFaults(check.Errors(content)));
  const { version, hospital = {}, wards = {} } = content as Static<typeof ProfilesFile>;
  const nameFault = textFaultIn([version, ...Object.keys(wards)]);
  const faults = [
    ...(nameFault ? [`/: a name ${nameFault.fault}.`] : []),
    ...categoryFaults('/hospital', hospital),
    ...Object.entries(wards).flatMap(([ward, profiles]) => categoryFaults(`/wards/${ward}`, profiles)),
  ];
  if (faults.length > 0) throw refusalOf(setting, faults);
  return tableOf(
    version,
    hospital as ByCategory<FileProfile>,
    wards as Readonly<Record<string, ByCategory<FileProfile>>>,
  );
}

const categoryFaults = (path: string, profiles: Static<typeof Categories>) =>
  Object.entries(profiles).flatMap(([category, content]) =>
    profileFaults(content, `${path}/${category}`, category === 'adult'),
  );

export type Profiles = OperatorFile<ProfileTable>;

/** Reads the file, and reads it again when it changes. @param onChange called after each accepted change */
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
