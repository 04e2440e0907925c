/**
 * Seals an admission again if one of the present services cannot open it. After an update with a new service, this
 * service cannot open the admissions from before the update. For example, a delivery process without these admissions
 * would not know where the patients are, and would call nobody.
 */
import type { Logger } from 'pino';
import { contentTypes, type DeviceAssociations } from '../../contracts/messages/records.ts';
import type { SealedLog, TableRecord } from '../../log/sealed-log.ts';
import { createTurns } from './turns.ts';

type Newest = { readonly body: DeviceAssociations; readonly record: TableRecord };

/**
 * Resolves with the number of admissions that were sealed again. Rejects if Kafka does not answer; then the next start
 * tries again.
 */
export async function resealAssociations(
  log: Pick<SealedLog, 'followTable' | 'isForAllReaders' | 'takeTurn'>,
  logger: Pick<Logger, 'info'>,
): Promise<number> {
  const newest = new Map<string, Newest>();
  const table = await log.followTable(['associations'], (read, record) => {
    if (read?.record.contentType === contentTypes.associations)
      newest.set(record.key, { body: read.record.body, record });
    else newest.delete(record.key);
  });

  const isUnreadable = async ({ record: { topic, key, value, fetchedMs } }: Newest) =>
    value !== null && !(await log.isForAllReaders({ topic, key, value, fetchedMs }));

  async function unreadable(): Promise<Newest[]> {
    const found: Newest[] = [];
    for (const entry of newest.values()) if (await isUnreadable(entry)) found.push(entry);
    return found;
  }

  try {
    await table.ready;
    if ((await unreadable()).length === 0) return 0;
    const runInTurn = createTurns<{ readonly ok: true; readonly count: number }>({
      ...{ topic: 'associations', log, readToEnd: async () => void (await table.reachEnd()) },
      beginMs: Number.POSITIVE_INFINITY,
    });
    const { count } = await runInTurn('reseal', {
      async decideAndWrite(turn) {
        // Nobody else can write now, so this is the newest record of each device. To write the same record
        // again changes nothing.
        const entries = await unreadable();
        await turn.write(
          entries.map(({ body, record: { key } }) => ({ key, contentType: contentTypes.associations, body })),
        );
        return { ok: true, count: entries.length };
      },
    });
    logger.info({ admissions: count }, 'admissions were sealed again, so that all present services can read them');
    return count;
  } finally {
    await table.close();
  }
}
