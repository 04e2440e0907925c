/** Follows the registry of wards and beds for the dashboard: the file is read again when it changes. */
import type { Logger } from 'pino';
import { type FormerSectors, formersAfterChange, withFormerSectors } from '../../contracts/former-sectors.ts';
import type { ShownPlan } from '../../contracts/ward-plan.ts';
import type { Registry } from '../../contracts/ward-registry.ts';
import { type FollowedFile, followFile } from '../../process/follow-file.ts';
import { readWardsFile } from '../../process/wards-file.ts';

/** For `formerSectorMs` after a change, the plans of `current()` have the former sectors, too. */
export type Wards = Omit<FollowedFile<Registry>, 'current'> & {
  current(): { readonly wards: readonly ShownPlan[] };
};

/**
 * Reads the registry, and reads it again when its file changes. A file with a fault is logged, and the former registry
 * stays in force.
 */
export function followWards(path: string, log: Logger, everyMs?: number): Wards {
  let formers: readonly FormerSectors[] = [];
  let wardsBefore: Registry['wards'] = [];
  const file = followFile({
    path,
    read: readWardsFile,
    onRead({ wards }) {
      formers = formersAfterChange(formers, wardsBefore, wards, performance.now());
      wardsBefore = wards;
      log.info({ wards: wards.length }, 'wards and beds read again');
    },
    onFault: (error) => log.error({ error }, 'the changed wards file is not valid; the former registry stays in force'),
    ...(everyMs === undefined ? {} : { everyMs }),
  });
  wardsBefore = file.current().wards;
  return { ...file, current: () => ({ wards: withFormerSectors(file.current().wards, formers, performance.now()) }) };
}
