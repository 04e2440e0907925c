/** The way of a reading through the gateway: validate → associate → seal → lane → settle. */
import { isUtf8 } from 'node:buffer';
import type { Logger } from 'pino';
import { periodAt } from '../contracts/association-at.ts';
import type { GatewayNotice } from '../contracts/bed-notices.ts';
import type { ErrorCode, Fault } from '../contracts/errors.ts';
import type { DeviceTopicKind } from '../contracts/topics.ts';
import { type Attribution, attribute } from './core/associations.ts';
import { isAboutNow, measuredWithin, noteTime } from './core/clocks.ts';
import { noteNumber } from './core/continuity.ts';
import { linesLeftOut } from './core/log-limiter.ts';
import { publishReasonCode } from './core/reasons.ts';
import { recordKinds, recordPrefix, recordSuffix } from './core/records.ts';
import { apartBudgetRefusal } from './core/refusal-texts.ts';
import { noteBoot } from './core/shared-identity.ts';
import { judgePublishTopic } from './core/topics.ts';
import { type Judgement, judgePayload, type Reading, type TimeBounds } from './core/validate.ts';
import type { Counters } from './counters.ts';
import type { Incoming, Outcome, Sink } from './listener/sink.ts';
import { bump, type Measures } from './measures.ts';
import type { Rejections } from './rejections.ts';
import type { AppendSealed, Unsealed } from './sealing.ts';
import type { Source } from './source.ts';
import type { Tables } from './tables.ts';

type Settle = (outcome: Outcome) => void;
type Taken = Exclude<Judgement, { verdict: 'refused' }>;

const appended: Outcome = { kind: 'appended' };
const failed: Outcome = { kind: 'failed' };
const notServed = { code: 'device-not-served', message: 'too many devices have associations (gateway/tables.ts)' };

/** Writes published messages to the log and reports the outcome of each once, after Kafka has answered. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createIngest(options: {
  readonly append: AppendSealed;
  readonly rejections: Pick<Rejections, 'keep' | 'keepApart'>;
  readonly tables: Pick<Tables, 'periodsOf' | 'serves'>;
  readonly bounds: TimeBounds;
  /** By the device's clock, as far as it is known. If a person redrives the message: by the time that it states, or as the person says. */
  readonly attribution: 'by-clock' | 'by-stated-time' | { readonly associationId: string };
  /** Nobody knows whose a reading is: it was kept apart, or refused. May be called for each. */
  readonly onUnattributed?: (source: Source) => void;
  /** Two devices use this device's certificate. May be called for each reading. */
  readonly onSharedIdentity?: (source: Source) => void;
  /** A reading was refused for a reason that the bed must show. May be called for each. */
  readonly onRefused?: (source: Source, notice: GatewayNotice) => void;
  readonly counters: Counters;
  readonly measures: Measures;
  readonly log: Logger;
}): Sink['publish'] {
  const { append, rejections, tables, bounds, attribution, counters, measures, log } = options;

  function publish(message: Incoming, settle: Settle): void {
    const { source, topic, payload, receivedAtMs } = message;
    if (!tables.serves(source.pseudonym)) {
      settle(lost(message, notServed));
      return;
    }
    const kind = source.topics.get(topic);
    if (kind === undefined) {
      const right = judgePublishTopic(source.deviceId, topic);
      reject(message, right.ok ? unknownTopic : right.fault, settle);
      return;
    }
    const text = isUtf8(payload) ? payload.toString('utf8') : undefined;
    const judged = judgePayload(kind, payload, text, receivedAtMs, bounds);
    switch (judged.verdict) {
      case 'accepted':
      case 'accepted-in-part':
        take(message, kind, judged, settle);
        break;
      case 'refused':
        reject(message, judged.fault, settle, judged.notice);
        break;
    }
  }

  function take(message: Incoming, kind: DeviceTopicKind, judged: Taken, settle: Settle): void {
    const whose = attributionOf(message, kind, judged.reading);
    if (whose.kind === 'unclear') {
      keepApart(message, kind, settle);
      return;
    }
    if (judged.verdict === 'accepted-in-part') {
      const readAs = judged.mended === undefined ? message : { ...message, payload: Buffer.from(judged.mended) };
      const record = recordOf(readAs, kind, judged.reading, whose.associationId);
      appendInPart(message, kind, record, judged.fault, settle);
      return;
    }
    const record = recordOf(message, kind, judged.reading, whose.associationId);
    append(record, (error) => {
      if (error !== undefined) {
        settle(lost(message, error));
        return;
      }
      counters.appended += 1;
      measures.readings[kind].appended += 1;
      settle(appended);
    });
  }

  /**
   * Returns the association at the instant of measurement, as exactly as the device's clock is known. A status is about the device and
   * holds no value. If its association is unclear, or if it states no time (a will), it belongs to the present. So does a list of alarms:
   * nobody would see an alarm that is kept apart.
   */
  function attributionOf({ source, receivedAtMs }: Incoming, kind: DeviceTopicKind, reading: Reading): Attribution {
    if (typeof attribution === 'object') return { kind: 'certain', associationId: attribution.associationId };
    const periods = tables.periodsOf(source.pseudonym);
    const { timeMs } = reading;
    if (timeMs === undefined || attribution === 'by-stated-time')
      return { kind: 'certain', associationId: periodAt(periods, timeMs ?? receivedAtMs)?.associationId };
    const isBirth = kind === 'status' && !source.born;
    if (isBirth) source.born = true;
    const timed = {
      boot: reading.boot ?? source.boot,
      seq: reading.seq,
      timeMs,
      receivedAtMs,
      kind: isBirth ? 'birth' : timedKinds[kind],
    } as const;
    const clock = noteTime(source.clocks, timed);
    if (kind === 'observations' && reading.boot !== undefined && isAboutNow(clock, timeMs, receivedAtMs)) {
      if (noteBoot(source.identity, reading.boot, receivedAtMs)) options.onSharedIdentity?.(source);
    }
    const whose = attribute(periods, measuredWithin(source.clocks, clock, source.boot, timed));
    return whose.kind === 'unclear' && (kind === 'status' || kind === 'alerts')
      ? { kind: 'certain', associationId: periodAt(periods, receivedAtMs)?.associationId }
      : whose;
  }

  /**
   * Seals a reading of unclear owner into `rejected`; no screen shows it. A person may redrive it when its owner is known. This is not the
   * device's fault, so the reading is acknowledged as accepted. If there is no room for it, it is refused.
   */
  function keepApart(message: Incoming, kind: DeviceTopicKind, settle: Settle): void {
    const kept = rejections.keepApart(message, associationUnclear, kind === 'waveforms', (error) => {
      if (error !== undefined) {
        settle(lost(message, error));
        return;
      }
      counters.unattributed += 1;
      noteUnattributed(message, kind, associationUnclear.code, 'a reading is kept apart');
      settle({ kind: 'appended', reasonString: associationUnclear.message });
    });
    if (kept) return;
    counters.rejected += 1;
    noteUnattributed(message, kind, apartBudgetSpent.code, 'a reading is refused: no more is kept apart');
    settle({ kind: 'refused', code: publishReasonCode(apartBudgetSpent.code), reasonString: apartBudgetSpent.message });
  }

  function noteUnattributed(message: Incoming, kind: DeviceTopicKind, code: ErrorCode, text: string): void {
    measures.readings[kind].rejected += 1;
    bump(measures.rejections, code);
    logSometimes('warn', message, { code }, text);
    options.onUnattributed?.(message.source);
  }

  function recordOf(
    { source, payload, receivedAtMs, will }: Incoming,
    kind: DeviceTopicKind,
    reading: Reading,
    associationId: string | undefined,
  ): Unsealed {
    const { topic, contentType } = recordKinds[kind];
    const numbered = reading.boot !== undefined && reading.seq !== undefined;
    if (!numbered) source.seqs[kind] += 1;
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
      boot: numbered ? reading.boot : source.boot,
      seq: numbered ? reading.seq : source.seqs[kind],
      contentType,
      plaintext: embed(recordPrefix(source.deviceId, receivedAtMs, kind === 'status' ? will : undefined), payload),
    };
  }

  /** Calls `settle` when both the reading and the copy with its reason are in the log. */
  function appendInPart(
    message: Incoming,
    kind: DeviceTopicKind,
    record: Unsealed,
    fault: Fault,
    settle: Settle,
  ): void {
    let missing = 2;
    let error: unknown;
    const onAppended = (failure?: unknown) => {
      error ??= failure;
      missing -= 1;
      if (missing > 0) return;
      if (error !== undefined) {
        settle(lost(message, error));
        return;
      }
      counters.appendedInPart += 1;
      measures.readings[kind].appendedInPart += 1;
      settle({ kind: 'appended', reasonString: `Kept, but not all of it is used. ${fault.message}` });
    };
    append(record, onAppended);
    rejections.keep(message, fault, 'in-part', onAppended);
  }

  function reject(message: Incoming, fault: Fault, settle: Settle, notice?: GatewayNotice): void {
    rejections.keep(message, fault, 'refused', (error) => {
      if (error !== undefined) {
        settle(lost(message, error));
        return;
      }
      counters.rejected += 1;
      measures.readings[kindOf(message)].rejected += 1;
      bump(measures.rejections, fault.code);
      // The device wrote its will when it connected. So the will's time says nothing about the present clock.
      if (notice !== undefined && message.will === undefined) options.onRefused?.(message.source, notice);
      logSometimes('warn', message, { code: fault.code, detail: fault.message }, 'rejected');
      settle({ kind: 'refused', code: publishReasonCode(fault.code), reasonString: fault.message });
    });
  }

  function lost(incoming: Incoming, error: unknown): Outcome {
    counters.appendFailures += 1;
    measures.readings[kindOf(incoming)].failed += 1;
    const { code, message } = error as { code?: string; message?: string };
    logSometimes('error', incoming, { code, error: message }, 'a message did not reach the log');
    return failed;
  }

  function logSometimes(level: 'warn' | 'error', { source, receivedAtMs }: Incoming, fields: object, text: string) {
    const leftOut = linesLeftOut(source.logLimiter, receivedAtMs);
    if (leftOut !== undefined) log[level]({ deviceId: source.deviceId, ...fields, leftOut }, text);
  }

  return publish;
}

const kindOf = ({ source, topic }: Incoming) => source.topics.get(topic) ?? 'other';

/** A list of alarms is sent at the moment of its time, like a status. */
const timedKinds = { observations: 'observation', waveforms: 'waveform', status: 'status', alerts: 'status' } as const;

const associationUnclear: Fault = {
  code: 'association-unclear',
  message: 'The patient changed about when this was measured: it is not clear whose it is, and it is kept apart.',
};

const apartBudgetSpent: Fault = { code: 'apart-budget-spent', message: apartBudgetRefusal };

const unknownTopic: Fault = { code: 'topic-unknown', message: 'The topic is none of this device.' };

/** Puts the device's bytes between ours, and copies them once. */
function embed(prefix: string, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(prefix.length + payload.length + recordSuffix.length);
  bytes.write(prefix, 0, 'latin1');
  payload.copy(bytes, prefix.length);
  bytes.write(recordSuffix, prefix.length + payload.length, 'latin1');
  return bytes;
}
