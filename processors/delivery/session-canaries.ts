/**
 * Opens a session, and with it the canaries of the persons on duty, because canaries run only in the process that
 * delivers.
 */
import { randomUUID } from 'node:crypto';
import type { AskedPage, AskedPages } from '../../contracts/messages/delivery-progress.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import { type Canaries, type ReachCount, startCanaries } from './reach/canaries.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

export type SessionWithCanaries = Session & {
  /** Returns how many channels of persons on duty can be reached, by channel and state. */
  reachCounts(): readonly ReachCount[];
};

export async function openSessionWithCanaries(
  options: Omit<SessionOptions, 'isDown' | 'onCheckReceipt'>,
): Promise<SessionWithCanaries> {
  const { sealedLog, channels, tables, now, log } = options;
  let canaries: Canaries | undefined;
  let asking: Promise<unknown> | undefined;
  /**
   * While Kafka does not answer, only one record waits. The next record has all canaries that still wait for an answer.
   */
  const askPages = (asked: readonly AskedPage[]) => {
    const body: AskedPages = { at: formatInstant(now()), asked: [...asked] };
    if (asking !== undefined) return;
    asking = sealedLog
      .append('canary', sealedLog.boot, contentTypes.askedPages, body)
      .catch((error) => log.warn({ error: error.message }, 'the pages of persons could not be asked to answer'))
      .finally(() => {
        asking = undefined;
      });
  };
  const session = await openSession({
    ...options,
    isDown: (userId, channel) => canaries?.isDown(userId, channel) ?? false,
    onCheckReceipt: ({ checkId, by, stage }) => canaries?.answer({ checkId, userId: by.userId, stage }),
    onWritten(records, book) {
      for (const { event } of records) {
        if (event.type === 'reach-ended') canaries?.noteEnded(event);
        else if (event.type === 'receipt') canaries?.noteReceipt(event);
      }
      options.onWritten(records, book);
    },
  });
  canaries = startCanaries({
    ...{ channels, now, log },
    duties: tables.duties,
    entriesOf: tables.entriesOf,
    allEntries: tables.reach,
    ended: session.book().endedReach,
    emit: session.noteReach,
    askPages,
    newId: randomUUID,
  });
  const { close, counts } = canaries;
  return {
    ...session,
    reachCounts: counts,
    async close() {
      close();
      await session.close();
    },
  };
}
