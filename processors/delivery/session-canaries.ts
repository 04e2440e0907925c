/** Opens a session, and with it the canaries of the persons on duty, because canaries run only in the process that delivers. */
import { randomUUID } from 'node:crypto';
import { type Canaries, startCanaries } from './reach/canaries.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

export async function openSessionWithCanaries(
  options: Omit<SessionOptions, 'isDown' | 'onCheckReceipt'>,
): Promise<Session> {
  const { channels, tables, now, log } = options;
  let canaries: Canaries | undefined;
  const session = await openSession({
    ...options,
    isDown: (userId, channel) => canaries?.isDown(userId, channel) ?? false,
    onCheckReceipt: ({ checkId, by, stage }) => canaries?.answer({ checkId, userId: by.userId, stage }),
    onWritten(records, book) {
      for (const { event } of records) if (event.type === 'reach-ended') canaries?.noteEnded(event);
      options.onWritten(records, book);
    },
  });
  canaries = startCanaries({
    ...{ channels, now, log },
    duties: tables.duties,
    entriesOf: tables.entriesOf,
    ended: session.book().endedReach,
    emit: session.noteReach,
    newId: randomUUID,
  });
  const { close } = canaries;
  return {
    ...session,
    async close() {
      close();
      await session.close();
    },
  };
}
