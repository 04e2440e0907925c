/**
 * Lets one process of several deliver. The processes share a Kafka group that reads a topic with one partition, so Kafka gives the partition to
 * one of them, and to another one within seconds after that process died. The owner has a session (session.ts); the turn of `deliveries`
 * makes sure that a process that wrongly believes itself to be the owner writes nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createReader } from '../../log/kafka/reader.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import type { Session } from './session.ts';

/** Pause before a session that failed is opened again, ms. */
const reopenMs = 500;

export type Ownership = {
  /** Returns the session while this process delivers. */
  session(): Session | undefined;
  /** Returns whether this process is the owner, also if its session is not open yet. */
  isOwner(): boolean;
  close(): Promise<void>;
};

export async function createOwnership(options: {
  readonly sealedLog: Pick<SealedLog, 'kafka'>;
  /** Path of the file with this process's identity in the group; empty for none. */
  readonly memberFile: string;
  /** Opens a session. `onFailed` is called if it cannot go on. */
  readonly openSession: (onFailed: (error: unknown) => void) => Promise<Session>;
  readonly log: Logger;
}): Promise<Ownership> {
  const { log } = options;
  /** Grows with each change of ownership and each failure, so that an older session is not used. */
  let epoch = 0;
  let isOwner = false;
  let session: Session | undefined;
  /** The sessions open and close one after the other. */
  let work: Promise<void> = Promise.resolve();

  function set(next: boolean): void {
    if (next === isOwner) return;
    isOwner = next;
    log.info({ owner: next }, next ? 'this process is to deliver' : 'this process stands by');
    renew(0);
  }

  /** Closes the session, and opens a new one while this process is the owner. */
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
    // The session has a reader of its own. This one only shares the partition.
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
