/**
 * Writes the audit trail, one record after the other. The next record is made only when Kafka has the one before. So a crash can lose the
 * last record, whose act was then refused, but never leaves a hole in the chain. Records wait in two lines, acts before looks. In each
 * line the people take turns: a person who looks a thousand times waits behind themselves only.
 */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import { createFairQueue } from '../../process/fair-queue.ts';
import { pseudonym } from '../envelope/pseudonym.ts';
import type { SealedLog } from '../sealed-log.ts';
import { type AuditEvent, type ChainHead, chainStart, linkRecord, type Signer } from './chain.ts';

/** A caller that waits for a record gives up after this time. The record is still written. */
const auditWaitMs = 4_000;
/**
 * Most records that wait for Kafka, of acts and of looks (ours). Above it, the newest record of the person with the most is refused, and
 * so is its act or look.
 */
const waitingMax = { act: 500, look: 1_000 } as const;
/** The limit for one person, or for one address if nobody is logged in. */
const waitingPerKeyMax = 100;
/** After this many acts a look has its turn. */
const actsInRowMax = 4;
const retryMs = 500;

type Kind = keyof typeof waitingMax;
/** Looks and refusals. They must not delay acts. */
const looks: readonly AuditEvent['action'][] = [
  'ward-viewed',
  'patient-viewed',
  'trend-viewed',
  'audit-viewed',
  'access-denied',
  'login-failed',
];
const kindOf = ({ action }: AuditEvent): Kind => (looks.includes(action) ? 'look' : 'act');
/** Groups records by account or address. Somebody else may have typed the account of a refused login, so it counts for the address. */
const keyOf = ({ session, actor, address }: AuditEvent) =>
  session === undefined ? `address ${address ?? 'none'}` : `account ${actor.userId}`;

type Waiting = { readonly event: AuditEvent; done(): void; fail(error: unknown): void };

export const sha256: (text: string) => string = (text) => createHash('sha256').update(text).digest('base64url');

export type Trail = {
  /**
   * Records a look or an act before it happens.
   * @throws VigilError `log-unavailable` if Kafka did not take it in time: the look or act must then be refused
   */
  record(event: AuditEvent): Promise<void>;
  waiting(): number;
  close(): Promise<void>;
};

export function createTrail(
  sealedLog: Pick<SealedLog, 'append' | 'boot'>,
  options: { pseudonymKey: string; signer: Signer; now: () => number; logger: Logger },
): Trail {
  const { pseudonymKey, signer, now, logger } = options;
  let head: ChainHead = { boot: sealedLog.boot, n: 0, hash: chainStart };
  let closed = false;
  const lines = { act: createFairQueue<Waiting>(waitingMax.act), look: createFairQueue<Waiting>(waitingMax.look) };
  let writing: Promise<void> | undefined;
  let atWork = 0;
  let actsInRow = 0;

  async function write(event: AuditEvent): Promise<void> {
    const record = linkRecord(head, event, formatInstant(now()), sha256, signer);
    const key = pseudonym(pseudonymKey, 'actor', event.actor.userId);
    // Sends the same record until Kafka has it. A repeat has the same number and hash, so every reader recognises it.
    while (!closed) {
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

  function next(): Waiting | undefined {
    const order: readonly Kind[] = actsInRow < actsInRowMax ? ['act', 'look'] : ['look', 'act'];
    for (const kind of order) {
      const found = lines[kind].take();
      if (found === undefined) continue;
      actsInRow = kind === 'act' ? actsInRow + 1 : 0;
      return found;
    }
    return undefined;
  }

  async function writeAll(): Promise<void> {
    for (let waiting = next(); waiting !== undefined; waiting = next()) {
      atWork = 1;
      await write(waiting.event).then(waiting.done, waiting.fail);
      atWork = 0;
    }
    writing = undefined;
  }

  const refused = () =>
    new VigilError('log-unavailable', 'This cannot be put on record now, so it is not done. Try again shortly.');

  return {
    waiting: () => atWork + lines.act.size() + lines.look.size(),
    async record(event) {
      const line = lines[kindOf(event)];
      const key = keyOf(event);
      if (closed || line.sizeOf(key) >= waitingPerKeyMax) throw refused();
      const { promise: written, resolve, reject } = Promise.withResolvers<void>();
      line.add(key, { event, done: resolve, fail: reject })?.fail(refused());
      writing ??= writeAll();
      const timer = setTimeout(() => reject(refused()), auditWaitMs);
      try {
        await written;
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {
      const drained = new Promise((done) => setTimeout(done, 2_000));
      await Promise.race([writing, drained]);
      closed = true;
    },
  };
}
