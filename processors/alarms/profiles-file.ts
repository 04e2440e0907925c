/** The limit profiles that a hospital configures: for its wards, and for children and newborns, who have none built in. */
import { readFileSync } from 'node:fs';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { VigilError } from '../../contracts/errors.ts';
import { Limits } from '../../contracts/messages/alarms.ts';
import { limitGroups } from '../../contracts/parameters.ts';
import { textFaultIn } from '../../contracts/text.ts';
import { builtInProfiles, type ProfileTable, tableFault, tableOf } from './core/profile-table.ts';

const closed = { additionalProperties: false } as const;
const Profile = Type.Object(
  Object.fromEntries(limitGroups.map((group) => [group, Type.Optional(Limits)])) as Record<
    (typeof limitGroups)[number],
    ReturnType<typeof Type.Optional<typeof Limits>>
  >,
  closed,
);
const Categories = Type.Object(
  {
    adult: Type.Optional(Profile),
    paediatric: Type.Optional(Profile),
    neonatal: Type.Optional(Profile),
    unassigned: Type.Optional(Profile),
  },
  closed,
);
const ProfilesFile = Type.Object(
  { hospital: Type.Optional(Categories), wards: Type.Optional(Type.Record(Type.String(), Categories)) },
  closed,
);
const check = Compile(ProfilesFile);

/**
 * The profiles of a file over the built-in adult one. A profile is whole: a group that it leaves out has no limits.
 * @param path empty: only what is built in
 * @throws VigilError `settings-invalid`: no JSON, another shape, limits that cross or that no body reaches
 */
export function readProfiles(path: string): ProfileTable {
  if (path === '') return builtInProfiles;
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new VigilError('settings-invalid', 'The file that VIGIL_LIMIT_PROFILES_FILE names does not hold JSON.', {
      cause,
    });
  }
  if (!check.Check(given)) {
    const [first] = check.Errors(given);
    const where = first?.instancePath || 'its root';
    throw new VigilError('settings-invalid', `The file that VIGIL_LIMIT_PROFILES_FILE names is not right at ${where}.`);
  }
  const names = textFaultIn(Object.keys((given as Static<typeof ProfilesFile>).wards ?? {}));
  if (names)
    throw new VigilError(
      'settings-invalid',
      `In the file that VIGIL_LIMIT_PROFILES_FILE names, a ward's name ${names.fault}.`,
    );
  const { hospital, wards } = given as Static<typeof ProfilesFile>;
  const fault = tableFault(hospital ?? {}, wards ?? {});
  if (fault) throw new VigilError('settings-invalid', `In the file that VIGIL_LIMIT_PROFILES_FILE names, ${fault}.`);
  return tableOf(hospital ?? {}, wards ?? {});
}
