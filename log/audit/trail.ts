/**
 * Writes the audit trail. One record after the other: the next is made only once Kafka has the one before, so that a crash can
 * cost the last one, whose act was then refused, but never leaves a hole in the chain. Records wait in two lines, acts before looks, and in
 * each the people come in turn: one who looks a thousand times waits behind themselves.
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

/** Who waits for a record gives up after this; the record is still written. */
const auditWaitMs = 4_000;
/**
 * Records that wait for Kafka, of acts and of the rest (ours). Past it the newest of who has most waiting is refused, and so is the act or
 * look that it is about.
 */
const waitingMax = { act: 500, look: 1_000 } as const;
/** Of one person, or of one address where nobody is logged in. */
const waitingPerKeyMax = 100;
/** So many acts are written before a look has its turn. */
const actsInRowMax = 4;
const retryMs = 500;

type Kind = keyof typeof waitingMax;
/** What is seen, or refused: it must not hold up what is done. */
const looks: readonly AuditEvent['action'][] = [
  'ward-viewed',
  'patient-viewed',
  'trend-viewed',
  'audit-viewed',
  'access-denied',
  'login-failed',
];
const kindOf = ({ action }: AuditEvent): Kind => (looks.includes(action) ? 'look' : 'act');
/** A refused login names an account that somebody else may have typed. */
const keyOf = ({ session, actor, address }: AuditEvent) =>
  session === undefined ? `address ${address ?? 'none'}` : `account ${actor.userId}`;

type Waiting = { readonly event: AuditEvent; done(): void; fail(error: unknown): void };

export const sha256: (text: string) => string = (text) => createHash('sha256').update(text).digest('base64url');

export type Trail = {
  /**
   * Puts a look or an act on record before it happens.
   * @throws VigilError `log-unavailable` if Kafka did not take it in time: the look or act must then be refused
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
  let closed = false;
  const lines = { act: createFairQueue<Waiting>(waitingMax.act), look: createFairQueue<Waiting>(waitingMax.look) };
  let writing: Promise<void> | undefined;
  let atWork = 0;
  let actsInRow = 0;

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
    for (let one = next(); one !== undefined; one = next()) {
      atWork = 1;
      await write(one.event).then(one.done, one.fail);
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
