/** The file of limit profiles: for wards, and for children and newborns, who have none built in. It may change while we run. */
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { VigilError } from '../../contracts/errors.ts';
import { type Followed, followFile } from '../../contracts/follow-file.ts';
import { textFaultIn, visibleText } from '../../contracts/text.ts';
import { profileFaults } from './core/profile-faults.ts';
import { type ByCategory, builtInProfiles, type OfFile, type ProfileTable, tableOf } from './core/profile-table.ts';

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
 * The profiles of a file over the built-in adult one.
 * @param path empty: only what is built in
 * @throws VigilError `settings-invalid`: names the file's every fault with its place; nothing of such a file is used
 */
export function readProfiles(path: string): ProfileTable {
  if (path === '') return builtInProfiles;
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw refused(['it cannot be read, or does not hold JSON.'], cause);
  }
  if (!check.Check(given))
    throw refused(check.Errors(given).map(({ instancePath, message }) => `${instancePath || '/'}: it ${message}.`));
  const { version, hospital = {}, wards = {} } = given as Static<typeof ProfilesFile>;
  const texts = textFaultIn([version, ...Object.keys(wards)]);
  const faults = [
    ...(texts ? [`/: a name ${texts.fault}.`] : []),
    ...categoryFaults('/hospital', hospital),
    ...Object.entries(wards).flatMap(([ward, of]) => categoryFaults(`/wards/${ward}`, of)),
  ];
  if (faults.length > 0) throw refused(faults);
  return tableOf(version, hospital as ByCategory<OfFile>, wards as Readonly<Record<string, ByCategory<OfFile>>>);
}

const categoryFaults = (path: string, of: Static<typeof Categories>) =>
  Object.entries(of).flatMap(([category, one]) => profileFaults(one, `${path}/${category}`, category === 'adult'));

function refused(faults: readonly string[], cause?: unknown): VigilError {
  const list = [...new Set(faults)].map((fault) => `\n  ${visibleText(fault)}`).join('');
  const message = `The file that VIGIL_LIMIT_PROFILES_FILE names is refused:${list}`;
  return new VigilError('settings-invalid', message, { cause });
}

export type Profiles = Followed<ProfileTable> & {
  /** Times that the file has changed and was taken. */
  readonly taken: () => number;
  /** The file as it is now was refused: a former one judges. */
  readonly isRefused: () => boolean;
};

/** Reads the file, and again when it changes. A faulty one is refused whole: the former one stays. @param onChange called after a change */
export function followProfiles(path: string, log: Logger, onChange: () => void, everyMs?: number): Profiles {
  let taken = 0;
  let isRefused = false;
  const counts = { taken: () => taken, isRefused: () => isRefused };
  if (path === '') return { ...counts, current: () => builtInProfiles, close: () => {} };
  const followed = followFile({
    path,
    read: readProfiles,
    onRead() {
      taken += 1;
      isRefused = false;
      log.info('the limit profiles have changed');
      onChange();
    },
    onFault(error) {
      isRefused = true;
      log.error({ error }, 'the limit profiles changed and are refused: the former ones judge');
    },
    ...(everyMs !== undefined && { everyMs }),
  });
  return { ...counts, ...followed };
}
