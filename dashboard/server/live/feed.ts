/**
 * Reads Kafka into the live state. Each record is decrypted, checked and folded into the state. An invalid record is
 * counted and ignored.
 */
import type { Logger } from 'pino';
import type { AnyRecord } from '../../../contracts/messages/check.ts';
import type { PresenceRecord } from '../../../contracts/messages/presence.ts';
import { contentTypes, type WaveformRecord } from '../../../contracts/messages/records.ts';
import { atMostNow } from '../../../contracts/steady-time.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { KafkaTopic } from '../../../contracts/topics.ts';
import type { RecordOrigin } from '../../../log/envelope/header.ts';
import type { LogRecord } from '../../../log/kafka/log-record.ts';
import { createReader, type Reader, type RecordBatch } from '../../../log/kafka/reader.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import { createSealedReading } from '../../../log/sealed-reading.ts';
import { attempt, attemptEach, runEvery } from '../../../process/timer-tasks.ts';
import { foldAlarmEvent, foldAlarmState, forgetAlarmsBefore } from '../core/alarms.ts';
import { foldAssociations, forgetAssociations, tick } from '../core/beds.ts';
import { noteCanary, noteCanaryReport } from '../core/canary.ts';
import type { ForEach } from '../core/each.ts';
import {
  type LifeSigns,
  newLifeSigns,
  noteAlarmsSign,
  noteOwnRecord,
  noteReading,
  noteRunning,
} from '../core/health.ts';
import { foldAnswer, foldLimits } from '../core/limits.ts';
import { endExpiredNotices, foldNotice } from '../core/notices.ts';
import { foldConnection, foldObservation, foldStatus, foldWaveArrival, forgetWaves } from '../core/readings.ts';
import { foldScores } from '../core/scores.ts';
import { foldStandby } from '../core/standby.ts';
import { emptyState, type LiveState } from '../core/state.ts';
import { noteDashboard, type OtherDashboards } from '../core/unconfirmed.ts';
import { type Chunk, emptyWaves, foldWave, forgetTracks, type WaveState } from '../core/waves.ts';

/** An error about one bed concerns only this bed. */
const eachBed: ForEach = (beds, work) => attemptEach('feed-beds', beds, work);

/** How far back the server reads each topic at its start. */
const lookBackMs = { observations: 5 * 60_000, waveforms: 20_000, alarms: 24 * 60 * 60_000, canary: 60_000 } as const;
/**
 * How far back the server reads the observations a second time, while it already serves screens. The second reading
 * finds values that are measured once in an hour, such as a cuff pressure.
 */
const historyMs = 65 * 60_000;
const tickMs = 1_000;
const waveSilentMs = 60_000;

export type Feed = {
  readonly state: LiveState;
  readonly waves: WaveState;
  readonly signs: LifeSigns;
  /** The last presence records of the other dashboards. */
  readonly otherDashboards: OtherDashboards;
  /**
   * Resolves when the state has the records that were in the topics at the start. The topics in `lookBackMs` are read
   * only as far back as this table says.
   */
  readonly ready: Promise<void>;
  isReady(): boolean;
  /** Resolves when the state has every association that is in the log now. */
  readAssociations(): Promise<void>;
  /** Returns the number of records that could not be decrypted or did not match their schema. */
  unreadable(): number;
  close(): Promise<void>;
};

export type FeedEvents = {
  /** Called when something changed that must be sent immediately: alarms, answers, limits, standby or associations. */
  readonly onAlarms: () => void;
  readonly onWave: (chunk: Chunk) => void;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export async function openFeed(
  sealedLog: SealedLog,
  options: FeedEvents & { readonly now: () => number; readonly logger: Logger },
): Promise<Feed> {
  const { now, logger, onAlarms, onWave } = options;
  const state = emptyState();
  const waves = emptyWaves();
  const signs = newLifeSigns(now());
  const otherDashboards: OtherDashboards = new Map();
  /** The device id for each key in the topic `associations`: the keys are pseudonyms. */
  const deviceOfKey = new Map<string, string>();
  const sealedReading = createSealedReading({ open: sealedLog.open, log: logger, leftOutOf: 'the screens' });
  /** Whether the server has read the states and the signs of life that were in the log at the start. */
  let areStatesRead = false;
  let isReady = false;
  let isClosed = false;

  /** Parses a receive time. Returns at most the present time, because the machine's clock may have been set back. */
  const receivedMsOf = ({ receivedAt }: { readonly receivedAt: string }) =>
    atMostNow(parseInstant(receivedAt) ?? 0, now());

  /** Folds a record into the state. Returns whether the screens must be updated immediately. */
  function fold(record: AnyRecord, { key }: LogRecord, partition: number, origin: RecordOrigin): boolean {
    switch (record.contentType) {
      case contentTypes.observation:
        noteReading(signs, receivedMsOf(record.body));
        foldObservation(state, key, record.body, now(), origin);
        return false;
      case contentTypes.status:
        foldStatus(state, key, record.body, now());
        return false;
      case contentTypes.connection:
        foldConnection(state, key, record.body, now());
        return false;
      case contentTypes.notice:
        foldNotice(state, key, record.body, now());
        return false;
      case contentTypes.waveform:
        takeWave(key, record.body);
        return false;
      case contentTypes.alarmEvent:
        return foldAlarmEvent(state, record.body, now());
      case contentTypes.alarmState:
        if (record.body.limits) foldLimits(state, record.body.limits);
        if (record.body.standby) foldStandby(state, record.body.standby);
        if (record.body.scores) foldScores(state, record.body.scores, now());
        return foldAlarmState(state, record.body, now());
      case contentTypes.commandAnswer:
        return foldAnswer(state, record.body);
      case contentTypes.limitsInForce:
        foldLimits(state, record.body);
        return true;
      case contentTypes.standby:
        foldStandby(state, record.body);
        return true;
      case contentTypes.scores:
        foldScores(state, record.body, now());
        return false;
      case contentTypes.associations:
        deviceOfKey.set(key, record.body.deviceId);
        foldAssociations(state, record.body);
        return true;
      case contentTypes.presence:
        takePresence(key, record.body, origin);
        return false;
      case contentTypes.canary:
        noteCanary(signs.canary.newestInLogMs, partition, receivedMsOf(record.body));
        return false;
      case contentTypes.canarySight:
        noteCanaryReport(signs.canary, record.body, origin.writer, (receivedAt) => receivedMsOf({ receivedAt }));
        return false;
      case contentTypes.command:
      case contentTypes.alerts: // The device's own alerts are shown as alarms of the engine.
      case contentTypes.account:
      case contentTypes.assignment:
      case contentTypes.handOverNote:
      case contentTypes.patientTask:
      case contentTypes.strip: // A strip is read when a person asks for it.
      case contentTypes.delivery: // Deliveries and their signs of life have a feed of their own.
      case contentTypes.deliveryPositions:
      case contentTypes.deliverySnapshot:
      case contentTypes.deliveryCommand:
      case contentTypes.alarmsShown:
      case contentTypes.deliverySign:
      case contentTypes.askedPages:
      case contentTypes.reach:
      case contentTypes.audit:
      case contentTypes.olderAudit:
      case contentTypes.rejected:
      case contentTypes.deviceEvent: // The log of the devices has a feed of its own.
      case contentTypes.refusals:
      case contentTypes.claim:
        return false;
    }
  }

  function takeWave(key: string, body: WaveformRecord): void {
    const chunk = foldWaveArrival(state, key, body, now()) && foldWave(waves, key, body);
    if (chunk) onWave(chunk);
  }

  function takePresence(key: string, body: PresenceRecord, { writer }: RecordOrigin): void {
    const saidAtMs = parseInstant(body.at) ?? 0;
    if (key === sealedLog.boot) noteOwnRecord(signs, saidAtMs, now());
    else if (writer === 'dashboard') noteDashboard(otherDashboards, key, body, { isOld: !areStatesRead, nowMs: now() });
    else if (writer === 'alarms')
      noteAlarmsSign(signs, { judges: body.judges, oldAtMs: areStatesRead ? undefined : saidAtMs }, now());
  }

  /** Handles a tombstone: removes the state of the association or the table of the device. */
  function foldTombstone(topic: KafkaTopic, { key, timestampMs }: LogRecord): boolean {
    if (topic === 'alarm-state') {
      state.limits.delete(key);
      state.standby.delete(key);
      state.scores.delete(key);
      return forgetAlarmsBefore(state, { associationId: key, live: [] }, timestampMs);
    }
    const deviceId = topic === 'associations' ? deviceOfKey.get(key) : undefined;
    if (deviceId === undefined) return false;
    deviceOfKey.delete(key);
    forgetAssociations(state, deviceId);
    return true;
  }

  async function foldBatch(batch: RecordBatch): Promise<void> {
    let isUrgent = false;
    for (const record of batch.records) {
      if (record.value === null) {
        isUrgent = foldTombstone(batch.topic, record) || isUrgent;
        continue;
      }
      const pending = sealedReading.read(batch, record);
      const read = pending instanceof Promise ? await pending : pending;
      if (!read) continue;
      const outcome = sealedReading.attempt(batch, record, () =>
        fold(read.record, record, batch.partition, read.opened.origin),
      );
      isUrgent = outcome === true || isUrgent;
    }
    if (isUrgent) onAlarms();
  }

  function openTopicReader(name: string, topics: readonly KafkaTopic[], sinceMs?: number): Promise<Reader> {
    return createReader(sealedLog.kafka, {
      group: `dashboard-${sealedLog.boot}-${name}`,
      topics,
      start: sinceMs === undefined ? 'beginning' : { sinceMs: now() - sinceMs },
      log: logger,
      onRecords: foldBatch,
    });
  }

  const readers: Reader[] = [];
  let associationsReader: Reader | undefined;
  async function open(): Promise<void> {
    // Associations are read first: without an association a reading has no bed, and a bed has no ward.
    associationsReader = await openTopicReader('beds', ['associations']);
    readers.push(associationsReader);
    await associationsReader.caughtUp;
    readers.push(
      ...(await Promise.all([
        openStates(),
        openTopicReader('alarms', ['alarms'], lookBackMs.alarms),
        openTopicReader('observations', ['observations'], lookBackMs.observations),
        openTopicReader('waveforms', ['waveforms'], lookBackMs.waveforms),
        openTopicReader('canary', ['canary'], lookBackMs.canary),
      ])),
    );
    await Promise.all(readers.map((reader) => reader.caughtUp));
    isReady = true;
    // The limits for signs of life begin now: Kafka has just answered, and the server writes its first own record only
    // now.
    signs.kafkaAtMs = now();
    signs.signsSinceMs = now();
    waves.coverage.sinceMs = now();
    signs.canary.sinceMs = now();
    void readHistory().catch((error) =>
      logger.warn(
        { error: error.message },
        'older values could not be read from Kafka; the screens show values of the last minutes only',
      ),
    );
  }

  async function openStates(): Promise<Reader> {
    const reader = await openTopicReader('states', ['alarm-state', 'presence']);
    void reader.caughtUp.then(() => {
      areStatesRead = true;
    });
    return reader;
  }

  /**
   * Reads the older observations. The fold orders values by their time, so an older or repeated value does not replace
   * a newer value.
   */
  async function readHistory(): Promise<void> {
    const history = await openTopicReader('history', ['observations'], historyMs);
    if (isClosed) return history.close();
    readers.push(history);
    await history.caughtUp;
    readers.splice(readers.indexOf(history), 1);
    return history.close();
  }

  const timer = runEvery('feed', tickMs, () => {
    noteRunning(signs, now());
    attempt('feed-beds', () => tick(state, now(), eachBed));
    attempt('notices', () => endExpiredNotices(state, now(), eachBed));
    attempt('feed-waves', () => forgetWaves(state, now(), eachBed));
    forgetTracks(waves, now(), waveSilentMs);
  });

  return {
    state,
    waves,
    signs,
    otherDashboards,
    ready: open(),
    isReady: () => isReady,
    async readAssociations() {
      await associationsReader?.reachEnd();
    },
    unreadable: sealedReading.leftOutCount,
    async close() {
      clearInterval(timer);
      isClosed = true;
      await Promise.all(readers.map((reader) => reader.close()));
    },
  };
}
