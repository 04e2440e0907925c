/**
 * Writes the audit trail, one record after the other. The next record is created only after Kafka has the last record.
 * So a crash can lose only the last record. The look or act of this record has not happened yet. A crash never leaves a
 * gap in the chain. Records wait in two queues, one for acts and one for looks, and acts go first. Each queue serves
 * all persons in turn, so a person with a thousand looks does not delay other persons.
 */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { auditActionNames } from '../../contracts/audit-names.ts';
import { VigilError } from '../../contracts/errors.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import { createFairQueue } from '../../process/fair-queue.ts';
import { pseudonym } from '../envelope/pseudonym.ts';
import type { SealedLog } from '../sealed-log.ts';
import { type AuditEvent, type ChainHead, chainStart, createNextRecord, type Signer } from './chain.ts';

/** After this time a caller no longer waits for its record. The record is still written. */
const auditWaitMs = 4_000;
/**
 * Maximum number of records in each queue (our choice). If there are more, the newest record of the person with the
 * most waiting records is dropped. The act or look of the dropped record is refused.
 */
const waitingMax = { act: 500, look: 1_000 } as const;
/** Maximum number of waiting records of one person, or of one address if nobody is logged in. */
const waitingPerKeyMax = 100;
/** After this many acts in a row, a look is written. */
const actsInRowMax = 4;
const retryMs = 500;

const exports: readonly AuditEvent['action'][] = ['audit-exported', 'alarms-exported', 'trends-exported'];
const isExport = (action: AuditEvent['action']) => exports.includes(action);

type Kind = keyof typeof waitingMax;
/**
 * Returns whether a record waits with the acts or with the looks. Looks, exports and refused requests must not delay
 * acts.
 */
function kindOf({ action }: AuditEvent): Kind {
  const { group } = auditActionNames[action];
  return group === 'looks' || group === 'refused' || isExport(action) ? 'look' : 'act';
}
/**
 * Returns the account or the address for which a waiting record counts (`waitingPerKeyMax`). A refused login counts for
 * the address, because anybody can type an account.
 */
const limitKeyOf = ({ session, actor, address }: AuditEvent) =>
  session === undefined ? `address ${address ?? 'none'}` : `account ${actor.userId}`;

type WaitingEvent = { readonly event: AuditEvent; done(): void; fail(error: unknown): void };

export const sha256: (text: string) => string = (text) => createHash('sha256').update(text).digest('base64url');

export type Trail = {
  /**
   * Records a look or an act before it happens.
   * @throws VigilError `log-unavailable` if Kafka does not have the record in time. The caller must then refuse the
   * look or act. `log-closed` if the trail is closed while the record waits for Kafka
   */
  record(event: AuditEvent): Promise<void>;
  /** Returns the number of records that are not written yet. */
  waitingCount(): number;
  close(): Promise<void>;
};

export function createTrail(
  sealedLog: Pick<SealedLog, 'append' | 'boot'>,
  options: { pseudonymKey: string; signer: Signer; now: () => number; logger: Logger },
): Trail {
  const { pseudonymKey, signer, now, logger } = options;
  let head: ChainHead = { boot: sealedLog.boot, n: 0, hash: chainStart };
  let isClosed = false;
  const queues = {
    act: createFairQueue<WaitingEvent>(waitingMax.act),
    look: createFairQueue<WaitingEvent>(waitingMax.look),
  };
  let writing: Promise<void> | undefined;
  let writingCount = 0;
  let actsInRow = 0;

  async function write(event: AuditEvent): Promise<void> {
    const record = createNextRecord(head, event, formatInstant(now()), sha256, signer);
    const key = pseudonym(pseudonymKey, 'actor', event.actor.userId);
    // Sends the same record until Kafka has it. Readers recognise a repeated record by its number and hash.
    while (!isClosed) {
      try {
        await sealedLog.append('audit', key, contentTypes.audit, record);
        head = { boot: record.boot, n: record.n, hash: record.hash };
        return;
      } catch (error) {
        logger.warn({ code: (error as VigilError).code, n: record.n }, 'an audit record waits for Kafka');
        await new Promise((done) => setTimeout(done, retryMs));
      }
    }
    throw new VigilError('log-closed', 'The audit trail is being closed.');
  }

  function takeNext(): WaitingEvent | undefined {
    const order: readonly Kind[] = actsInRow < actsInRowMax ? ['act', 'look'] : ['look', 'act'];
    for (const kind of order) {
      const record = queues[kind].take();
      if (record === undefined) continue;
      actsInRow = kind === 'act' ? actsInRow + 1 : 0;
      return record;
    }
    return undefined;
  }

  async function writeAll(): Promise<void> {
    for (let waiting = takeNext(); waiting !== undefined; waiting = takeNext()) {
      writingCount = 1;
      await write(waiting.event).then(waiting.done, waiting.fail);
      writingCount = 0;
    }
    writing = undefined;
  }

  const refusal = () =>
    new VigilError(
      'log-unavailable',
      'This was not done, because the audit trail cannot record it now. Try again in a few seconds.',
    );

  return {
    waitingCount: () => writingCount + queues.act.size() + queues.look.size(),
    async record(event) {
      const queue = queues[kindOf(event)];
      const key = limitKeyOf(event);
      if (isClosed || queue.sizeOf(key) >= waitingPerKeyMax) throw refusal();
      const { promise: written, resolve, reject } = Promise.withResolvers<void>();
      queue.add(key, { event, done: resolve, fail: reject })?.fail(refusal());
      writing ??= writeAll();
      const timer = setTimeout(() => reject(refusal()), auditWaitMs);
      try {
        await written;
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {
      const drainTimeout = new Promise((done) => setTimeout(done, 2_000));
      await Promise.race([writing, drainTimeout]);
      isClosed = true;
    },
  };
}
