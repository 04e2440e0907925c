/**
 * Selects the one process that delivers: the owner. All delivery processes are in one Kafka group that reads a topic
 * with one partition. Kafka gives this partition to one process. If the process dies, Kafka gives the partition to
 * another process within seconds. The owner has a session (session.ts). A process that wrongly believes that it is the
 * owner cannot write, because the true owner has taken the turn, the right to write to `deliveries`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createReader } from '../../log/kafka/reader.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import type { SessionWithCanaries as Session } from './session-canaries.ts';

/** Pause between the failure of a session and the next session, ms. */
const reopenMs = 500;

export type Ownership = {
  /** Returns the session while this process delivers. */
  session(): Session | undefined;
  /** Returns whether this process is the owner, even if its session is not open yet. */
  isOwner(): boolean;
  close(): Promise<void>;
};

export async function createOwnership(options: {
  readonly sealedLog: Pick<SealedLog, 'kafka'>;
  /** Path of the file with this process's identity in the group; empty for none. */
  readonly memberFile: string;
  /** Opens a session. The session calls `onFailed` if it cannot go on. */
  readonly openSession: (onFailed: (error: unknown) => void) => Promise<Session>;
  readonly log: Logger;
}): Promise<Ownership> {
  const { log } = options;
  /** Number of changes of ownership and of failures so far. A session of an earlier number is not used. */
  let epoch = 0;
  let isOwner = false;
  let session: Session | undefined;
  /** The last opening or closing of a session. The next opening or closing begins only when this promise is settled. */
  let work: Promise<void> = Promise.resolve();

  function set(next: boolean): void {
    if (next === isOwner) return;
    isOwner = next;
    log.info({ owner: next }, next ? 'this process is the owner now' : 'this process stands by');
    renew(0);
  }

  /** Closes the session. If this process is the owner, opens a new session. */
  function renew(waitMs: number): void {
    epoch += 1;
    const own = epoch;
    const former = session;
    session = undefined;
    work = work.then(async () => {
      await former?.close();
      if (own !== epoch || !isOwner) return;
      if (waitMs > 0) await sleep(waitMs);
      await openAs(own);
    });
  }

  async function openAs(own: number): Promise<void> {
    const fail = (error: unknown) => {
      if (own !== epoch) return;
      log.warn({ error: (error as Error).message }, 'the session failed and begins again');
      renew(reopenMs);
    };
    if (own !== epoch) return;
    try {
      const opened = await options.openSession(fail);
      if (own === epoch) session = opened;
      else await opened.close();
    } catch (error) {
      fail(error);
    }
  }

  const reader = await createReader(options.sealedLog.kafka, {
    group: 'delivery',
    topics: ['delivery-commands'],
    // This reader exists only to get the partition. Its records are not used, because the session has its own reader.
    start: 'end',
    ...(options.memberFile !== '' && { memberFile: options.memberFile }),
    async onAssigned(partitions) {
      set((partitions.get('delivery-commands') ?? []).length > 0);
      return undefined;
    },
    onRevoked: () => set(false),
    onRecords: () => {},
    log,
  });

  return {
    session: () => session,
    isOwner: () => isOwner,
    async close() {
      set(false);
      await work;
      await reader.close();
    },
  };
}
