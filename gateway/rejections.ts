/**
 * Writes refused input to `rejected`, byte for byte and sealed: bad input of a patient's monitor still belongs to a patient. Readings of
 * unclear owner go there too. Above the budget of its device, or of all, a message is only counted. Once a minute one record says how
 * many were not kept, how large they were, why and when.
 */
import type { Logger } from 'pino';
import type { Fault } from '../contracts/errors.ts';
import { contentTypes, type RejectedRecord } from '../contracts/messages/records.ts';
import { formatInstant } from '../contracts/time.ts';
import { deviceTopic } from '../contracts/topics.ts';
import {
  addNotKept,
  bytesInKafka,
  type NotKept,
  newUsedBudget,
  noteNotKept,
  type RejectedLimits,
  releaseRoom,
  reserveRoom,
  type UsedBudget,
  waveShare,
} from './core/rejected-budget.ts';
import type { Counters } from './counters.ts';
import type { Incoming } from './listener/sink.ts';
import type { AppendSealed, Unsealed } from './sealing.ts';
import type { Source } from './source.ts';

/** `refused`: it is nowhere else. `in-part`: the reading itself is in its topic. `apart`: kept here until its owner is known. */
type How = 'refused' | 'in-part' | 'apart';

export type Rejections = {
  /** `settle` is called once: with the error, or with nothing if the message is in the log or was only counted. */
  keep(message: Incoming, fault: Fault, how: Exclude<How, 'apart'>, settle: (error?: unknown) => void): void;
  /**
   * Keeps a reading of unclear owner. `settle` is called once: with the error, or with nothing if the reading is in the log.
   * @param isWave waves may use only a part of the budget
   * @returns false if there is no room: the reading is only counted, and `settle` is not called
   */
  keepApart(message: Incoming, fault: Fault, isWave: boolean, settle: (error?: unknown) => void): boolean;
  /** Writes the counts that are not yet in the log. Waits for the log only for a moment. */
  close(): Promise<void>;
};

/** How often the counts are written. */
const summaryMs = 60_000;
const closeMsMax = 1_000;
/** Devices whose budget is remembered. Above it the one without bad input for longest is forgotten; its count is written first. */
const devicesMax = 20_000;

/** How much was kept: of bad input, and of readings kept apart. */
type Books = Readonly<Record<keyof RejectionLimits, UsedBudget>>;
type Device = { readonly source: Source; readonly kept: Books; notKept: NotKept | undefined };

export type RejectionLimits = {
  /** For bad input, and for copies of readings that are used in part. */
  readonly refused: RejectedLimits;
  /** For readings of unclear owner. */
  readonly apart: RejectedLimits;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createRejections(options: {
  readonly append: AppendSealed;
  /** This process's start. */
  readonly boot: string;
  readonly limits: RejectionLimits;
  readonly counters: Counters;
  readonly log: Logger;
  readonly monotonicMs: () => number;
}): Rejections {
  const { append, boot, limits, counters, log, monotonicMs } = options;
  /** By pseudonym, the one with the newest bad input last. */
  const devices = new Map<string, Device>();
  const all = newBooks(monotonicMs());
  let written = 0;
  const timer = setInterval(() => void writeCounts(), summaryMs).unref();

  function deviceOf(source: Source): Device {
    const device = devices.get(source.pseudonym) ?? { source, kept: newBooks(monotonicMs()), notKept: undefined };
    devices.delete(source.pseudonym);
    devices.set(source.pseudonym, device);
    const oldest = devices.size > devicesMax ? devices.values().next().value : undefined;
    if (oldest) {
      devices.delete(oldest.source.pseudonym);
      if (oldest.notKept) void writeCount(oldest);
    }
    return device;
  }

  function record(pseudonym: string, body: RejectedRecord): Unsealed {
    written += 1;
    return {
      topic: 'rejected',
      key: pseudonym,
      writer: 'gateway',
      boot,
      seq: written,
      contentType: contentTypes.rejected,
      plaintext: Buffer.from(JSON.stringify(body)),
    };
  }

  /** Writes a count. If that fails, the count goes on and is written with the next. */
  function writeCount(device: Device): Promise<void> {
    const { source, notKept } = device;
    if (!notKept) return Promise.resolve();
    device.notKept = undefined;
    log.warn(
      {
        deviceId: source.deviceId,
        messages: notKept.messages,
        bytes: notKept.bytes,
        reasons: Object.fromEntries(notKept.reasons),
      },
      'refused and not kept: the device sends more than is kept of it',
    );
    return new Promise((resolve) => {
      append(record(source.pseudonym, summaryOf(source.deviceId, notKept)), (error) => {
        if (error !== undefined) device.notKept = addNotKept(notKept, device.notKept);
        resolve();
      });
    });
  }

  const writeCounts = () => Promise.all([...devices.values()].map(writeCount));

  /** @returns false if there is no room for it: it is only counted */
  function keepWithin(message: Incoming, fault: Fault, how: How, share: number, settle: (error?: unknown) => void) {
    const { source, topic, payload, receivedAtMs } = message;
    const device = deviceOf(source);
    const book = how === 'apart' ? 'apart' : 'refused';
    const bytes = bytesInKafka(payload.length);
    if (!reserveRoom(all[book], device.kept[book], bytes, limits[book], monotonicMs(), share)) {
      device.notKept = noteNotKept(device.notKept, fault.code, payload.length, receivedAtMs);
      counters[how === 'apart' ? 'unattributedNotKept' : 'rejectedNotKept'] += 1;
      counters.rejectedBytesNotKept += payload.length;
      return false;
    }
    // The payload may be part of a larger buffer, which the callback must not hold.
    const { length } = payload;
    append(
      record(source.pseudonym, {
        deviceId: source.deviceId,
        receivedAt: formatInstant(receivedAtMs),
        topic,
        code: fault.code,
        detail: fault.message.slice(0, 500),
        payload: payload.toString('base64'),
        ...(how === 'in-part' && { kept: true }),
      }),
      (error) => {
        if (error === undefined) counters.rejectedBytesKept += length;
        else releaseRoom(all[book], device.kept[book], bytes);
        settle(error);
      },
    );
    return true;
  }

  return {
    keep(message, fault, how, settle) {
      if (!keepWithin(message, fault, how, 1, settle)) settle();
    },
    keepApart(message, fault, isWave, settle) {
      return keepWithin(message, fault, 'apart', isWave ? waveShare : 1, settle);
    },
    async close() {
      clearInterval(timer);
      const { promise, resolve } = Promise.withResolvers<void>();
      const late = setTimeout(resolve, closeMsMax);
      await Promise.race([writeCounts(), promise]);
      clearTimeout(late);
    },
  };
}

function newBooks(nowMs: number): Books {
  return { refused: newUsedBudget(nowMs), apart: newUsedBudget(nowMs) };
}

function summaryOf(deviceId: string, { messages, bytes, fromMs, toMs, reasons }: NotKept): RejectedRecord {
  const by = [...reasons].map(([code, count]) => `${code} ${count}`).join(', ');
  const from = formatInstant(fromMs);
  const to = formatInstant(toMs);
  return {
    deviceId,
    receivedAt: to,
    topic: deviceTopic(deviceId, 'observations'),
    code: 'not-kept',
    detail: `${messages} more, ${bytes} bytes, are not kept here, between ${from} and ${to}: ${by}.`.slice(0, 500),
    payload: '',
    notKept: { messages, bytes, from, to, reasons: Object.fromEntries(reasons) },
  };
}
