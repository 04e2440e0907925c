/**
 * Writes to `rejected`, byte for byte: refused messages, copies of messages that are used in part, and readings whose
 * patient is not clear. These messages are sealed, because they may contain data of a patient. Above the budget of the
 * device, or of all devices, a message is only counted. Once a minute, a record for each device says how many messages
 * were not kept, with their bytes, reasons and times.
 */
import type { Logger } from 'pino';
import type { Fault } from '../contracts/errors.ts';
import { contentTypes, type RejectedRecord } from '../contracts/messages/records.ts';
import { formatInstant } from '../contracts/time.ts';
import { deviceTopic } from '../contracts/topics.ts';
import { attempt, runEvery } from '../process/timer-tasks.ts';
import {
  addNotKept,
  bytesInKafka,
  type NotKept,
  newUsedBudget,
  noteNotKept,
  type RejectedLimits,
  releaseSpace,
  reserveSpace,
  type UsedBudget,
  waveShare,
} from './core/rejected-budget.ts';
import type { Counters } from './counters.ts';
import type { Incoming } from './listener/sink.ts';
import type { AppendSealed, Unsealed } from './sealing.ts';
import type { Source } from './source.ts';

/**
 * Why a message is kept in `rejected`. `refused`: the message is refused. `in-part`: the message is also in its own
 * topic, but a part of the message is not used. `apart`: the patient of the reading is not clear.
 */
type Purpose = 'refused' | 'in-part' | 'apart';

export type Rejections = {
  /**
   * Keeps a message, or only counts it if there is no space. Calls `settle` once: with an error if the message could
   * not be written to the log, otherwise without an argument.
   */
  keep(message: Incoming, fault: Fault, purpose: Exclude<Purpose, 'apart'>, settle: (error?: unknown) => void): void;
  /**
   * Keeps a reading whose patient is not clear. Calls `settle` once: with an error if the reading could not be written
   * to the log, otherwise without an argument.
   * @param isWave whether the reading is a wave, which may use only a part of the budget
   * @returns false if there is no space: the reading is only counted, and `settle` is not called
   */
  keepApart(message: Incoming, fault: Fault, isWave: boolean, settle: (error?: unknown) => void): boolean;
  /** Writes the counts that are not in the log yet. Waits for the log at most a second. */
  close(): Promise<void>;
};

/** Time between two writes of the counts. */
const summaryMs = 60_000;
const closeMsMax = 1_000;
/**
 * Maximum number of devices whose budget is remembered. If there are more, the gateway writes the count of the device
 * that has had no rejected message for the longest time, and then forgets this device.
 */
const devicesMax = 20_000;

/** The used part of each of the two budgets. */
type UsedBudgets = Readonly<Record<keyof RejectionLimits, UsedBudget>>;
type Device = { readonly source: Source; readonly used: UsedBudgets; notKept: NotKept | undefined };

export type RejectionLimits = {
  /** The budget for refused messages and for copies of readings that are used in part. */
  readonly refused: RejectedLimits;
  /** The budget for readings whose patient is not clear. */
  readonly apart: RejectedLimits;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createRejections(options: {
  readonly append: AppendSealed;
  /** Name of this start of the process. */
  readonly boot: string;
  readonly limits: RejectionLimits;
  readonly counters: Counters;
  readonly log: Logger;
  readonly monotonicMs: () => number;
}): Rejections {
  const { append, boot, limits, counters, log, monotonicMs } = options;
  /** Devices by pseudonym. The device with the newest rejected message is the last. */
  const devices = new Map<string, Device>();
  const usedByAll = newUsedBudgets(monotonicMs());
  let lastSeq = 0;
  const timer = runEvery('rejection-counts', summaryMs, () => writeCounts()).unref();

  function deviceOf(source: Source): Device {
    const device = devices.get(source.pseudonym) ?? { source, used: newUsedBudgets(monotonicMs()), notKept: undefined };
    devices.delete(source.pseudonym);
    devices.set(source.pseudonym, device);
    const oldest = devices.size > devicesMax ? devices.values().next().value : undefined;
    if (oldest) {
      devices.delete(oldest.source.pseudonym);
      attempt('rejection-counts', () => writeCount(oldest));
    }
    return device;
  }

  function record(pseudonym: string, body: RejectedRecord): Unsealed {
    lastSeq += 1;
    return {
      topic: 'rejected',
      key: pseudonym,
      writer: 'gateway',
      boot,
      seq: lastSeq,
      contentType: contentTypes.rejected,
      plaintext: Buffer.from(JSON.stringify(body)),
    };
  }

  /**
   * Writes the count of a device. If this fails, the count is added to the next count. If the device was forgotten
   * (`devicesMax`), the count is lost.
   */
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
      'refused and not kept: the device sends more refused messages than there is space for',
    );
    const countAgain = () => {
      device.notKept = addNotKept(notKept, device.notKept);
    };
    return new Promise((resolve) => {
      try {
        append(record(source.pseudonym, notKeptRecord(source.deviceId, notKept)), (error) => {
          if (error !== undefined) countAgain();
          resolve();
        });
      } catch (error) {
        countAgain();
        throw error;
      }
    });
  }

  const writeCounts = () => Promise.all([...devices.values()].map(writeCount));

  /** Keeps a message if there is space; if not, only counts the message. @returns whether the message is kept */
  function keepOrCount(
    message: Incoming,
    fault: Fault,
    purpose: Purpose,
    share: number,
    settle: (error?: unknown) => void,
  ) {
    const { source, topic, payload, receivedAtMs } = message;
    const device = deviceOf(source);
    const budget = purpose === 'apart' ? 'apart' : 'refused';
    const bytes = bytesInKafka(payload.length);
    if (!reserveSpace(usedByAll[budget], device.used[budget], bytes, limits[budget], monotonicMs(), share)) {
      device.notKept = noteNotKept(device.notKept, fault.code, payload.length, receivedAtMs);
      counters[purpose === 'apart' ? 'unattributedNotKept' : 'rejectedNotKept'] += 1;
      counters.rejectedBytesNotKept += payload.length;
      return false;
    }
    // The payload may be a view of a larger buffer. The callback uses only its length, so that the buffer can be freed.
    const { length } = payload;
    append(
      record(source.pseudonym, {
        deviceId: source.deviceId,
        receivedAt: formatInstant(receivedAtMs),
        topic,
        code: fault.code,
        detail: fault.message.slice(0, 500),
        payload: payload.toString('base64'),
        ...(purpose === 'in-part' && { kept: true }),
      }),
      (error) => {
        if (error === undefined) counters.rejectedBytesKept += length;
        else releaseSpace(usedByAll[budget], device.used[budget], bytes);
        settle(error);
      },
    );
    return true;
  }

  return {
    keep(message, fault, purpose, settle) {
      if (!keepOrCount(message, fault, purpose, 1, settle)) settle();
    },
    keepApart(message, fault, isWave, settle) {
      return keepOrCount(message, fault, 'apart', isWave ? waveShare : 1, settle);
    },
    async close() {
      clearInterval(timer);
      const { promise, resolve } = Promise.withResolvers<void>();
      const timeLimit = setTimeout(resolve, closeMsMax);
      await Promise.race([writeCounts().catch(() => undefined), promise]);
      clearTimeout(timeLimit);
    },
  };
}

function newUsedBudgets(nowMs: number): UsedBudgets {
  return { refused: newUsedBudget(nowMs), apart: newUsedBudget(nowMs) };
}

function notKeptRecord(deviceId: string, { messages, bytes, fromMs, toMs, reasons }: NotKept): RejectedRecord {
  const reasonsText = [...reasons].map(([code, count]) => `${code} ${count}`).join(', ');
  const from = formatInstant(fromMs);
  const to = formatInstant(toMs);
  return {
    deviceId,
    receivedAt: to,
    topic: deviceTopic(deviceId, 'observations'),
    code: 'not-kept',
    detail:
      `${messages} more messages with ${bytes} bytes were not kept between ${from} and ${to}: ${reasonsText}.`.slice(
        0,
        500,
      ),
    payload: '',
    notKept: { messages, bytes, from, to, reasons: Object.fromEntries(reasons) },
  };
}
