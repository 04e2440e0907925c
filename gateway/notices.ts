/**
 * Writes the gateway's notices about connections, and their wills. Repeats each until the log has it or it is no longer true. Each names
 * its connection by its claim, so that readers know which connection is the device's newest, whichever gateway wrote last. If the log
 * never had the claim of a connection, nothing is written about it: the log was away, and the silence shows that.
 */
import type { Logger } from 'pino';
import { periodAt } from '../contracts/association-at.ts';
import { type GatewayNotice, gatewayNoticeForMs } from '../contracts/bed-notices.ts';
import type { ConnectionRecord, NoticeRecord } from '../contracts/messages/records.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import { formatInstant } from '../contracts/time.ts';
import { connectionRecord } from './core/records.ts';
import type { Will } from './core/session.ts';
import type { Counters } from './counters.ts';
import type { Outcome, Sink } from './listener/sink.ts';
import type { AppendSealed } from './sealing.ts';
import type { Source } from './source.ts';
import type { Tables } from './tables.ts';

/** Notices that wait for another attempt, by device. Above this number the oldest is dropped and counted. */
const retriesMax = 20_000;
const retryMs = 1_000;

/** While its causes go on, a notice about a bed is written this often. */
const bedNoticeAgainMs = 15_000;
/** Number of notices about beds that are remembered, to avoid one record for each cause. Above it the oldest is forgotten. */
const bedNoticesMax = 5_000;

export type Notices = Pick<Sink, 'connected' | 'ended' | 'will'> & {
  /** A connection that began without its claim has it now. */
  claimed(source: Source): void;
  /** Writes a notice for the bed at which the device is now. May be called for each cause: it is written at most every 15 s. */
  notifyBed(source: Source, notice: GatewayNotice): void;
  close(): void;
};

type EndReason = NonNullable<ConnectionRecord['reason']>;

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createNotices(options: {
  readonly append: AppendSealed;
  readonly publish: Sink['publish'];
  readonly tables: Pick<Tables, 'periodsOf'>;
  /** This process's start. */
  readonly boot: string;
  readonly counters: Counters;
  readonly log: Logger;
  readonly now: () => number;
}): Notices {
  const { append, tables, boot, counters, log, now } = options;
  /** The connections of each device that has any: how many, the newest one, and the newest claim that was reported. */
  const open = new Map<string, { count: number; newest: Source; claim: number | undefined }>();
  /** How connections ended whose claim may still be read, by connection. Their end is reported when the claim is read. */
  const unclaimed = new Map<string, { atMs: number; reason: EndReason }>();
  /** When each notice about a bed was last written, by notice and association. */
  const bedNoticesWritten = new Map<string, number>();
  const retries = new Map<string, NodeJS.Timeout>();
  let seq = 0;

  /** Writes again what the log did not take, unless something newer was written about the device. */
  function retryLater(kind: string, { deviceId }: Source, again: () => void): void {
    const id = `${kind}/${deviceId}`;
    drop(id);
    const oldest = retries.size >= retriesMax ? retries.keys().next().value : undefined;
    if (oldest !== undefined) {
      drop(oldest);
      counters.noticesDropped += 1;
      log.error({ deviceId }, 'a notice was dropped: too many wait for the log');
    }
    const timer = setTimeout(() => {
      retries.delete(id);
      counters.noticesRetried += 1;
      again();
    }, retryMs);
    retries.set(id, timer);
  }

  function drop(id: string): void {
    clearTimeout(retries.get(id));
    retries.delete(id);
  }

  function say(source: Source, claim: number, atMs: number, connected: boolean, reason: EndReason | undefined): void {
    const { deviceId } = source;
    drop(`connection/${deviceId}`);
    const period = periodAt(tables.periodsOf(source.pseudonym), atMs);
    seq += 1;
    append(
      {
        topic: 'observations',
        key: period?.associationId ?? source.unassigned,
        writer: 'gateway',
        boot,
        seq,
        contentType: contentTypes.connection,
        plaintext: Buffer.from(JSON.stringify(connectionRecord(deviceId, atMs, connected, claim, reason))),
      },
      (error) => {
        // Meanwhile, something newer about the device may have been written.
        if (error !== undefined && open.has(deviceId) === connected) {
          retryLater('connection', source, () => say(source, claim, atMs, connected, reason));
        }
      },
    );
  }

  function notifyBed(source: Source, notice: GatewayNotice): void {
    const { deviceId } = source;
    const atMs = now();
    const key = periodAt(tables.periodsOf(source.pseudonym), atMs)?.associationId ?? source.unassigned;
    const id = `${notice}/${key}`;
    const sinceMs = atMs - (bedNoticesWritten.get(id) ?? Number.NEGATIVE_INFINITY);
    // A clock that was set back must not keep a notice from being written.
    if (sinceMs >= 0 && sinceMs < bedNoticeAgainMs) return;
    bedNoticesWritten.delete(id);
    bedNoticesWritten.set(id, atMs);
    const oldest = bedNoticesWritten.size > bedNoticesMax ? bedNoticesWritten.keys().next().value : undefined;
    if (oldest !== undefined) bedNoticesWritten.delete(oldest);
    drop(`${notice}/${deviceId}`);
    const record: NoticeRecord = {
      deviceId,
      receivedAt: formatInstant(atMs),
      notice,
      forMs: gatewayNoticeForMs[notice],
    };
    seq += 1;
    append(
      {
        topic: 'observations',
        key,
        writer: 'gateway',
        boot,
        seq,
        contentType: contentTypes.notice,
        plaintext: Buffer.from(JSON.stringify(record)),
      },
      (error) => {
        if (error === undefined) return;
        bedNoticesWritten.delete(id);
        retryLater(notice, source, () => notifyBed(source, notice));
      },
    );
  }

  function noteUnclaimed(source: Source, reason: EndReason): void {
    unclaimed.set(source.boot, { atMs: now(), reason });
    const oldest = unclaimed.size > retriesMax ? unclaimed.keys().next().value : undefined;
    if (oldest !== undefined) unclaimed.delete(oldest);
  }

  function publishWill(source: Source, will: Will, reason: EndReason): void {
    const { claim } = source;
    const of = { ...(claim !== undefined && { claim }), reason };
    const message = { source, topic: will.topic, payload: Buffer.from(will.payload), receivedAtMs: now(), will: of };
    options.publish(message, (outcome: Outcome) => {
      // A device that has come back is not gone.
      const newest = open.get(source.deviceId)?.newest ?? source;
      if (outcome.kind === 'failed' && newest === source) {
        retryLater('will', source, () => publishWill(source, will, reason));
      }
    });
  }

  return {
    connected(source, replaced) {
      const before = open.get(source.deviceId);
      const claim = source.claim ?? before?.claim;
      open.set(source.deviceId, { count: (before?.count ?? 0) + 1, newest: source, claim });
      drop(`will/${source.deviceId}`);
      if (source.claim === undefined) return;
      if (!before || replaced) say(source, source.claim, now(), true, replaced ? 'taken-over' : undefined);
    },
    claimed(source) {
      if (source.claim === undefined) return;
      const device = open.get(source.deviceId);
      const end = unclaimed.get(source.boot);
      unclaimed.delete(source.boot);
      if (end && !device) say(source, source.claim, end.atMs, false, end.reason);
      if (end || !device) return;
      device.claim = source.claim;
      say(source, source.claim, now(), true, undefined);
    },
    /** A device with several connections is gone when its last one ends. For a take-over, the new connection reports it. */
    ended(source, reason) {
      const device = open.get(source.deviceId);
      if (!device) return;
      device.count -= 1;
      if (device.count > 0) return;
      open.delete(source.deviceId);
      if (reason === 'taken-over') return;
      if (device.claim !== undefined) say(source, device.claim, now(), false, reason);
      else noteUnclaimed(source, reason);
    },
    will: publishWill,
    notifyBed,
    close() {
      for (const id of [...retries.keys()]) drop(id);
    },
  };
}
