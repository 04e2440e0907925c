/**
 * Writes the audit trail. One record after the other: the next is made only once Kafka has the one before, so that a crash can
 * cost the last one, whose act was then refused, but never leaves a hole in the chain.
 */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { type AuditEvent, type ChainHead, chainStart, linkRecord, type Signer } from './audit-chain.ts';
import { pseudonym } from './envelope/pseudonym.ts';
import { VigilError } from './errors.ts';
import { contentTypes } from './messages/records.ts';
import type { SealedLog } from './sealed-log.ts';
import { formatInstant } from './time.ts';

/** Who waits for a record gives up after this; the record is still written. */
const auditWaitMs = 4_000;
/** Records that wait for Kafka; past it an act or look is refused at once. */
export const waitingMax = 1_000;
const retryMs = 500;

export const sha256: (text: string) => string = (text) => createHash('sha256').update(text).digest('base64url');

export type Trail = {
  /**
   * Puts a look or an act on record before it happens.
   * @throws VigilError `log-unavailable` where Kafka did not take it in time: the look or act must then be refused
   */
  record(event: AuditEvent): Promise<void>;
  waiting(): number;
  close(): Promise<void>;
};

export function createTrail(
  log: Pick<SealedLog, 'append' | 'boot'>,
  options: { pseudonymKey: string; signer: Signer; now: () => number; logger: Logger },
): Trail {
  const { pseudonymKey, signer, now, logger } = options;
  let head: ChainHead = { boot: log.boot, n: 0, hash: chainStart };
  let waiting = 0;
  let closed = false;
  let last: Promise<void> = Promise.resolve();

  async function write(event: AuditEvent): Promise<void> {
    const record = linkRecord(head, event, formatInstant(now()), sha256, signer);
    const key = pseudonym(pseudonymKey, 'actor', event.actor.userId);
    // The same record until Kafka has it: a repeat has the same number and hash, which every reader knows for what it is.
    while (!closed) {
      try {
        await log.append('audit', key, contentTypes.audit, record);
        head = { boot: record.boot, n: record.n, hash: record.hash };
        return;
      } catch (error) {
        logger.warn({ code: (error as VigilError).code, n: record.n }, 'an audit record waits for Kafka');
        await new Promise((done) => setTimeout(done, retryMs));
      }
    }
    throw new VigilError('log-closed', 'The audit trail is being closed.');
  }

  return {
    waiting: () => waiting,
    async record(event) {
      const refused = () =>
        new VigilError('log-unavailable', 'This cannot be put on record now, so it is not done. Try again shortly.');
      if (closed || waiting >= waitingMax) throw refused();
      waiting += 1;
      const written = last
        .then(() => write(event))
        .finally(() => {
          waiting -= 1;
        });
      last = written.catch(() => {});
      const { promise: late, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(() => reject(refused()), auditWaitMs);
      try {
        await Promise.race([written, late]);
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {
      const drained = new Promise((done) => setTimeout(done, 2_000));
      await Promise.race([last, drained]);
      closed = true;
    },
  };
}
