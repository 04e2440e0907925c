/** The pipeline of a reading in the gateway: validate → associate → seal → append → report the outcome. */
import { isUtf8 } from 'node:buffer';
import type { Logger } from 'pino';
import { periodAt } from '../contracts/association-at.ts';
import type { GatewayNotice } from '../contracts/bed-notices.ts';
import { noteNumber } from '../contracts/continuity.ts';
import { isLateReading } from '../contracts/device-clock.ts';
import type { ErrorCode, Fault } from '../contracts/errors.ts';
import type { DeviceTopicKind } from '../contracts/topics.ts';
import { type Attribution, attribute } from './core/associations.ts';
import { type BootClock, measurementSpan, noteTime } from './core/clocks.ts';
import { declaredIn } from './core/device-log.ts';
import { linesLeftOut } from './core/log-limiter.ts';
import { publishReasonCode } from './core/reasons.ts';
import { recordKinds, recordPrefix, recordSuffix } from './core/records.ts';
import type { Unused } from './core/refusal-counts.ts';
import { apartBudgetRefusal } from './core/refusal-texts.ts';
import { noteBoot } from './core/shared-identity.ts';
import { judgePublishTopic } from './core/topics.ts';
import { type Judgement, judgePayload, type Reading, type TimeBounds } from './core/validate.ts';
import type { Counters } from './counters.ts';
import type { DeviceEvents } from './device-events.ts';
import type { Incoming, Outcome, Sink } from './listener/sink.ts';
import { incrementCount, type Measures } from './measures.ts';
import type { Rejections } from './rejections.ts';
import type { AppendSealed, Unsealed } from './sealing.ts';
import type { Source } from './source.ts';
import type { Tables } from './tables.ts';

type Settle = (outcome: Outcome) => void;
type Accepted = Exclude<Judgement, { verdict: 'refused' }>;

const appended: Outcome = { kind: 'appended' };
const failed: Outcome = { kind: 'failed' };
const notServed = { code: 'device-not-served', message: 'too many devices have associations (gateway/tables.ts)' };

/**
 * Returns a function that writes a published message to the log and reports its outcome once: after Kafka has answered,
 * or immediately if nothing is written (no space in `rejected`, or a device that is not served).
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createIngest(options: {
  readonly append: AppendSealed;
  readonly rejections: Pick<Rejections, 'keep' | 'keepApart'>;
  readonly tables: Pick<Tables, 'periodsOf' | 'serves'>;
  readonly bounds: TimeBounds;
  /**
   * How a reading is attributed to a patient. `by-clock`: by what is known about the device's clock. The other values
   * are for a message that a person redrives: the time in the message decides, or the person names the association.
   */
  readonly attribution: 'by-clock' | 'by-stated-time' | { readonly associationId: string };
  /** Called for each reading whose patient is not known. The reading was kept apart or refused. */
  readonly onUnattributed?: (source: Source) => void;
  /** Called for each reading that reveals a second device with the same certificate. */
  readonly onSharedIdentity?: (source: Source) => void;
  /** Called for each refused reading whose reason the screen of the bed must show. */
  readonly onRefused?: (source: Source, notice: GatewayNotice) => void;
  /** Notes what the page of the devices shows. Absent if a person redrives messages. */
  readonly deviceEvents?: Pick<DeviceEvents, 'note' | 'noteClock' | 'countUnused'>;
  readonly counters: Counters;
  readonly measures: Measures;
  readonly log: Logger;
}): Sink['publish'] {
  const { append, rejections, tables, bounds, attribution, deviceEvents, counters, measures, log } = options;

  function publish(message: Incoming, settle: Settle): void {
    const { source, topic, payload, receivedAtMs } = message;
    if (!tables.serves(source.pseudonym)) {
      settle(countFailure(message, notServed));
      return;
    }
    const kind = source.topics.get(topic);
    if (kind === undefined) {
      const right = judgePublishTopic(source.deviceId, topic);
      reject(message, right.ok ? unknownTopic : right.fault, settle);
      return;
    }
    const text = isUtf8(payload) ? payload.toString('utf8') : undefined;
    const judgement = judgePayload(kind, payload, text, receivedAtMs, bounds);
    switch (judgement.verdict) {
      case 'accepted':
      case 'accepted-in-part':
        accept(message, kind, judgement, settle);
        break;
      case 'refused':
        reject(message, judgement.fault, settle, judgement);
        break;
    }
  }

  function accept(message: Incoming, kind: DeviceTopicKind, judgement: Accepted, settle: Settle): void {
    if (kind === 'status' && !message.source.hasDeclared) noteDeclared(message);
    const recordOwner = attributionOf(message, kind, judgement.reading);
    if (recordOwner.kind === 'unclear') {
      keepApart(message, kind, judgement.reading, settle);
      return;
    }
    if (judgement.verdict === 'accepted-in-part') {
      const usedMessage =
        judgement.mended === undefined ? message : { ...message, payload: Buffer.from(judgement.mended) };
      const record = recordOf(usedMessage, kind, judgement.reading, recordOwner.associationId);
      appendInPart(message, kind, record, judgement.fault, settle);
      return;
    }
    const record = recordOf(message, kind, judgement.reading, recordOwner.associationId);
    append(record, (error) => {
      if (error !== undefined) {
        settle(countFailure(message, error));
        return;
      }
      counters.appended += 1;
      measures.readings[kind].appended += 1;
      settle(appended);
    });
  }

  /**
   * Returns the association of a message at the instant of its measurement. If the association of a status or of a list
   * of alarms is unclear, returns the present association. The reasons: a status has no values of a patient, and nobody
   * would see an alarm that is kept apart. A status without a time gets the association at its receipt. So does a will,
   * even if it has a time: the device wrote this time when it connected, maybe hours ago. So the time of a will shows
   * nothing about the clock now.
   */
  function attributionOf(
    { source, receivedAtMs, will }: Incoming,
    kind: DeviceTopicKind,
    reading: Reading,
  ): Attribution {
    if (typeof attribution === 'object') return { kind: 'certain', associationId: attribution.associationId };
    const periods = tables.periodsOf(source.pseudonym);
    const timeMs = will === undefined ? reading.timeMs : undefined;
    if (timeMs === undefined || attribution === 'by-stated-time')
      return { kind: 'certain', associationId: periodAt(periods, timeMs ?? receivedAtMs)?.associationId };
    const isBirth = kind === 'status' && !source.hasBirthCome;
    if (isBirth) source.hasBirthCome = true;
    const timedMessage = {
      boot: reading.boot ?? source.boot,
      seq: reading.seq,
      timeMs,
      receivedAtMs,
      kind: isBirth ? 'birth' : timedKinds[kind],
    } as const;
    const clock = noteTime(source.clocks, timedMessage);
    if (kind === 'observations') noteClock(source, clock, receivedAtMs);
    if (kind === 'observations' && reading.boot !== undefined && !isLateReading(clock.clock, timeMs, receivedAtMs)) {
      if (noteBoot(source.identity, reading.boot, receivedAtMs)) options.onSharedIdentity?.(source);
    }
    const byClock = attribute(periods, measurementSpan(source.clocks, clock, source.boot, timedMessage));
    return byClock.kind === 'unclear' && (kind === 'status' || kind === 'alerts')
      ? { kind: 'certain', associationId: periodAt(periods, receivedAtMs)?.associationId }
      : byClock;
  }

  /**
   * Seals a reading whose patient is not known into `rejected`, so that no screen shows it. A person may redrive the
   * reading when the patient is known. The reading is acknowledged as accepted, because the reading itself is correct.
   * If there is no space, the reading is refused.
   */
  function keepApart(message: Incoming, kind: DeviceTopicKind, reading: Reading, settle: Settle): void {
    const number = kind === 'observations' ? numberOf(reading) : undefined;
    const isKept = rejections.keepApart(message, associationUnclear, kind === 'waveforms', (error) => {
      if (error !== undefined) {
        settle(countFailure(message, error));
        return;
      }
      counters.unattributed += 1;
      countUnused(message, 'apart', associationUnclear.code, number);
      noteUnattributed(message, kind, associationUnclear.code, 'a reading was kept apart: its patient is not clear');
      settle({ kind: 'appended', reasonString: associationUnclear.message });
    });
    if (isKept) return;
    counters.rejected += 1;
    countUnused(message, 'refused', apartBudgetSpent.code, number);
    noteUnattributed(
      message,
      kind,
      apartBudgetSpent.code,
      'a reading was refused: its patient is not clear, and there is no space to keep it',
    );
    settle({ kind: 'refused', code: publishReasonCode(apartBudgetSpent.code), reasonString: apartBudgetSpent.message });
  }

  function noteUnattributed(message: Incoming, kind: DeviceTopicKind, code: ErrorCode, text: string): void {
    measures.readings[kind].rejected += 1;
    incrementCount(measures.rejections, code);
    logLimited('warn', message, { code }, text);
    options.onUnattributed?.(message.source);
  }

  function recordOf(
    { source, payload, receivedAtMs, will }: Incoming,
    kind: DeviceTopicKind,
    reading: Reading,
    associationId: string | undefined,
  ): Unsealed {
    const { topic, contentType } = recordKinds[kind];
    const isNumbered = reading.boot !== undefined && reading.seq !== undefined;
    if (!isNumbered) source.seqs[kind] += 1;
    else
      noteNumber(
        source.numbers[kind],
        reading.boot,
        reading.seq,
        reading.timeMs ?? receivedAtMs,
        measures.numbers[kind],
      );
    return {
      topic,
      key: associationId ?? source.unassigned,
      writer: source.pseudonym,
      boot: isNumbered ? reading.boot : source.boot,
      seq: isNumbered ? reading.seq : source.seqs[kind],
      contentType,
      plaintext: recordBody(recordPrefix(source.deviceId, receivedAtMs, kind === 'status' ? will : undefined), payload),
    };
  }

  /**
   * Appends the record to the log, and a copy with the fault to `rejected` if there is space. Reports the outcome when
   * Kafka has answered.
   */
  function appendInPart(
    message: Incoming,
    kind: DeviceTopicKind,
    record: Unsealed,
    fault: Fault,
    settle: Settle,
  ): void {
    let pendingAppends = 2;
    let error: unknown;
    const onAppended = (failure?: unknown) => {
      error ??= failure;
      pendingAppends -= 1;
      if (pendingAppends > 0) return;
      if (error !== undefined) {
        settle(countFailure(message, error));
        return;
      }
      counters.appendedInPart += 1;
      measures.readings[kind].appendedInPart += 1;
      settle({
        kind: 'appended',
        reasonString: `The message is kept, but a part of it is not used. ${fault.message}`,
      });
    };
    append(record, onAppended);
    rejections.keep(message, fault, 'in-part', onAppended);
  }

  function reject(
    message: Incoming,
    fault: Fault,
    settle: Settle,
    { notice, number }: { readonly notice?: GatewayNotice; readonly number?: Unused['number'] } = {},
  ): void {
    rejections.keep(message, fault, 'refused', (error) => {
      if (error !== undefined) {
        settle(countFailure(message, error));
        return;
      }
      counters.rejected += 1;
      measures.readings[kindOf(message)].rejected += 1;
      incrementCount(measures.rejections, fault.code);
      countUnused(message, 'refused', fault.code, number);
      // The device wrote its will when it connected, so the time in a will does not show that the clock is wrong now.
      if (notice !== undefined && message.will === undefined) options.onRefused?.(message.source, notice);
      logLimited('warn', message, { code: fault.code, detail: fault.message }, 'rejected');
      settle({ kind: 'refused', code: publishReasonCode(fault.code), reasonString: fault.message });
    });
  }

  function countUnused(
    { source: { deviceId }, receivedAtMs: atMs }: Incoming,
    kind: Unused['kind'],
    code: ErrorCode,
    number: Unused['number'],
  ): void {
    deviceEvents?.countUnused({ deviceId, kind, code, number, atMs });
  }

  /** Notes what a device says about itself in its birth message, the first status of its connection. */
  function noteDeclared({ source, payload, receivedAtMs, will }: Incoming): void {
    if (deviceEvents === undefined || will !== undefined) return;
    source.hasDeclared = true;
    const declared = declaredIn(payload);
    if (declared !== undefined) deviceEvents.note(source, receivedAtMs, { kind: 'declared', ...declared });
  }

  function noteClock(source: Source, clock: BootClock, receivedAtMs: number): void {
    if (deviceEvents === undefined) return;
    if (clock.setBackAtMs === receivedAtMs) deviceEvents.note(source, receivedAtMs, { kind: 'clock-set-back' });
    const offsetMs = clock.clock.pace?.steadyMs ?? null;
    if (offsetMs !== null) deviceEvents.noteClock(source, receivedAtMs, offsetMs);
  }

  /** Counts and logs a message if it is not certain that Kafka has it. Returns the outcome `failed`. */
  function countFailure(incoming: Incoming, error: unknown): Outcome {
    counters.appendFailures += 1;
    measures.readings[kindOf(incoming)].failed += 1;
    const { code, message } = error as { code?: string; message?: string };
    logLimited('error', incoming, { code, error: message }, 'a message did not reach the log');
    return failed;
  }

  /** Logs at most one line per second for each connection. */
  function logLimited(level: 'warn' | 'error', { source, receivedAtMs }: Incoming, fields: object, text: string) {
    const leftOut = linesLeftOut(source.logLimiter, receivedAtMs);
    if (leftOut !== undefined) log[level]({ deviceId: source.deviceId, ...fields, leftOut }, text);
  }

  return publish;
}

const numberOf = ({ boot, seq }: Reading) => (boot === undefined || seq === undefined ? undefined : { boot, seq });

const kindOf = ({ source, topic }: Incoming) => source.topics.get(topic) ?? 'other';

/**
 * The kind of message for `noteTime`, by kind of topic. A list of alarms is treated as a status, because it is sent at
 * the time that it states.
 */
const timedKinds = { observations: 'observation', waveforms: 'waveform', status: 'status', alerts: 'status' } as const;

const associationUnclear: Fault = {
  code: 'association-unclear',
  message:
    'The reading is kept apart: the patient of the device changed around its time, so it is not clear which patient it belongs to.',
};

const apartBudgetSpent: Fault = { code: 'apart-budget-spent', message: apartBudgetRefusal };

const unknownTopic: Fault = { code: 'topic-unknown', message: 'The topic does not belong to this device.' };

/** Returns the body of a record: the prefix, the device's bytes, and the suffix. */
function recordBody(prefix: string, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(prefix.length + payload.length + recordSuffix.length);
  bytes.write(prefix, 0, 'latin1');
  payload.copy(bytes, prefix.length);
  bytes.write(recordSuffix, prefix.length + payload.length, 'latin1');
  return bytes;
}
