/**
 * Writes the gateway's notices about connections and beds, and the wills of connections. Writes a notice again until
 * the log has the notice, the notice is no longer true, or too many notices wait (`retriesMax`). A notice names its
 * connection by the claim, so that readers know which connection of a device is the newest. If the log never got the
 * claim of a connection, no notice about the connection is written.
 */
import type { Logger } from 'pino';
import { periodAt } from '../contracts/association-at.ts';
import { type GatewayNotice, gatewayNoticeForMs } from '../contracts/bed-notices.ts';
import type { ConnectionRecord, NoticeRecord } from '../contracts/messages/records.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import { formatInstant } from '../contracts/time.ts';
import { runAfter } from '../process/timer-tasks.ts';
import { connectionRecord } from './core/records.ts';
import type { Will } from './core/session.ts';
import type { Counters } from './counters.ts';
import type { DeviceEvents } from './device-events.ts';
import type { Outcome, Sink } from './listener/sink.ts';
import type { AppendSealed } from './sealing.ts';
import type { Source } from './source.ts';
import type { Tables } from './tables.ts';

/**
 * Maximum number of notices that wait for another attempt. Above this number the oldest notice is dropped and counted.
 */
const retriesMax = 20_000;
const retryMs = 1_000;

/** Shortest time between two equal notices about a bed. */
const bedNoticeIntervalMs = 15_000;
/** Maximum number of notices about beds whose time is remembered. Above this number the oldest notice is forgotten. */
const bedNoticesMax = 5_000;

export type Notices = Pick<Sink, 'connected' | 'ended' | 'will'> & {
  /** Reports that the log now has the claim of a connection that was accepted without the claim. */
  claimed(source: Source): void;
  /** Writes a notice for the bed of the device, at most every 15 s. May be called more often. */
  notifyBed(source: Source, notice: GatewayNotice): void;
  close(): void;
};

type EndReason = NonNullable<ConnectionRecord['reason']>;

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createNotices(options: {
  readonly append: AppendSealed;
  readonly publish: Sink['publish'];
  readonly tables: Pick<Tables, 'periodsOf'>;
  readonly deviceEvents?: Pick<DeviceEvents, 'note'>;
  /** Name of this start of the process. */
  readonly boot: string;
  readonly counters: Counters;
  readonly log: Logger;
  readonly now: () => number;
}): Notices {
  const { append, tables, deviceEvents, boot, counters, log, now } = options;
  /**
   * The connected devices by device id: the number of their connections, their newest connection, and the newest claim
   * that was reported.
   */
  const connectedDevices = new Map<string, { count: number; newest: Source; claim: number | undefined }>();
  /**
   * Ends of connections whose claim was not read yet, by the boot of the connection. An end is reported when the claim
   * is read.
   */
  const endsWithoutClaim = new Map<string, { atMs: number; reason: EndReason }>();
  /** The time at which each notice was last written, by notice and association. */
  const bedNoticesWritten = new Map<string, number>();
  const retries = new Map<string, NodeJS.Timeout>();
  let seq = 0;

  /** Calls `writeAgain` after a second, unless a newer notice of the same kind is written about the device. */
  function retryLater(kind: string, source: Source, writeAgain: () => void): void {
    const { deviceId } = source;
    const id = `${kind}/${deviceId}`;
    cancelRetry(id);
    const oldest = retries.size >= retriesMax ? retries.keys().next().value : undefined;
    if (oldest !== undefined) {
      cancelRetry(oldest);
      counters.noticesDropped += 1;
      log.error({ deviceId }, 'a notice was dropped: too many notices wait for Kafka');
    }
    const timer = runAfter('notice-retry', retryMs, () => {
      retries.delete(id);
      counters.noticesRetried += 1;
      try {
        writeAgain();
      } catch (error) {
        // The screens must learn of the notice when the code works again.
        retryLater(kind, source, writeAgain);
        throw error;
      }
    });
    retries.set(id, timer);
  }

  function cancelRetry(id: string): void {
    clearTimeout(retries.get(id));
    retries.delete(id);
  }

  function writeConnection(
    source: Source,
    claim: number,
    atMs: number,
    connected: boolean,
    reason: EndReason | undefined,
  ): void {
    const { deviceId } = source;
    cancelRetry(`connection/${deviceId}`);
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
        plaintext: Buffer.from(
          JSON.stringify(connectionRecord(deviceId, atMs, connected, claim, reason, source.certificateEndMs)),
        ),
      },
      (error) => {
        if (error !== undefined) retryConnection(source, claim, atMs, connected, reason);
      },
    );
  }

  /**
   * Writes the notice later. If the device has connected or disconnected since then, the notice is no longer true, and
   * a newer notice replaces it. But a connection without a claim has no notice yet. While the device has only such a
   * connection, the notice that the device disconnected waits: it becomes true again if that connection ends.
   */
  function retryConnection(...[source, claim, atMs, connected, reason]: Parameters<typeof writeConnection>): void {
    const device = connectedDevices.get(source.deviceId);
    const isTrue = (device !== undefined) === connected;
    if (!isTrue && (connected || device?.claim !== undefined)) return;
    retryLater('connection', source, () => {
      if (connectedDevices.has(source.deviceId) === connected) writeConnection(source, claim, atMs, connected, reason);
      else retryConnection(source, claim, atMs, connected, reason);
    });
  }

  /** Writes that a device connected or disconnected, for the alarms and for the page of the devices. */
  function announce(
    source: Source,
    claim: number,
    atMs: number,
    connected: boolean,
    reason: EndReason | undefined,
  ): void {
    const endMs = source.certificateEndMs;
    deviceEvents?.note(source, atMs, {
      kind: connected ? 'connected' : 'disconnected',
      ...(connected && endMs !== undefined && { certificateEndsAt: formatInstant(endMs) }),
      ...(reason !== undefined && { reason }),
    });
    writeConnection(source, claim, atMs, connected, reason);
  }

  /**
   * @param causeMs time of the cause, which decides the patient. If the notice is written again later, its own time is
   * later. Otherwise a notice after a long outage would end before it comes to the bed.
   */
  function notifyBed(source: Source, notice: GatewayNotice, causeMs = now()): void {
    const { deviceId } = source;
    const atMs = now();
    const key = periodAt(tables.periodsOf(source.pseudonym), causeMs)?.associationId ?? source.unassigned;
    const id = `${notice}/${key}`;
    const sinceMs = atMs - (bedNoticesWritten.get(id) ?? Number.NEGATIVE_INFINITY);
    // If the clock was set back, `sinceMs` is negative, and the notice is written.
    if (sinceMs >= 0 && sinceMs < bedNoticeIntervalMs) return;
    bedNoticesWritten.delete(id);
    bedNoticesWritten.set(id, atMs);
    const oldest = bedNoticesWritten.size > bedNoticesMax ? bedNoticesWritten.keys().next().value : undefined;
    if (oldest !== undefined) bedNoticesWritten.delete(oldest);
    cancelRetry(`${notice}/${deviceId}`);
    deviceEvents?.note(source, atMs, { kind: notice });
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
        retryLater(notice, source, () => notifyBed(source, notice, causeMs));
      },
    );
  }

  function noteEndWithoutClaim(source: Source, reason: EndReason): void {
    endsWithoutClaim.set(source.boot, { atMs: now(), reason });
    const oldest = endsWithoutClaim.size > retriesMax ? endsWithoutClaim.keys().next().value : undefined;
    if (oldest !== undefined) endsWithoutClaim.delete(oldest);
  }

  function publishWill(source: Source, will: Will, reason: EndReason): void {
    const { claim } = source;
    const willOrigin = { ...(claim !== undefined && { claim }), reason };
    const message = {
      source,
      topic: will.topic,
      payload: Buffer.from(will.payload),
      receivedAtMs: now(),
      will: willOrigin,
    };
    options.publish(message, (outcome: Outcome) => {
      // If the device has connected again, its will is no longer true.
      const newest = connectedDevices.get(source.deviceId)?.newest ?? source;
      if (outcome.kind === 'failed' && newest === source) {
        retryLater('will', source, () => publishWill(source, will, reason));
      }
    });
  }

  return {
    connected(source, replaced) {
      const device = connectedDevices.get(source.deviceId);
      const claim = source.claim ?? device?.claim;
      connectedDevices.set(source.deviceId, { count: (device?.count ?? 0) + 1, newest: source, claim });
      cancelRetry(`will/${source.deviceId}`);
      if (source.claim === undefined) return;
      if (!device || replaced) announce(source, source.claim, now(), true, replaced ? 'taken-over' : undefined);
    },
    claimed(source) {
      if (source.claim === undefined) return;
      const device = connectedDevices.get(source.deviceId);
      const end = endsWithoutClaim.get(source.boot);
      endsWithoutClaim.delete(source.boot);
      if (end && !device) announce(source, source.claim, end.atMs, false, end.reason);
      if (end || !device) return;
      device.claim = source.claim;
      announce(source, source.claim, now(), true, undefined);
    },
    /**
     * Writes that the device has disconnected, when its last connection ends. After a take-over, `connected` writes the
     * notice instead.
     */
    ended(source, reason) {
      const device = connectedDevices.get(source.deviceId);
      if (!device) return;
      device.count -= 1;
      if (device.count > 0) return;
      connectedDevices.delete(source.deviceId);
      if (reason === 'taken-over') return;
      if (device.claim !== undefined) announce(source, device.claim, now(), false, reason);
      else noteEndWithoutClaim(source, reason);
    },
    will: publishWill,
    notifyBed: (source, notice) => notifyBed(source, notice),
    close() {
      for (const id of [...retries.keys()]) cancelRetry(id);
    },
  };
}
