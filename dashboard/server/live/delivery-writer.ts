/**
 * Writes the reports of persons and pages about calls into the topic `delivery-commands`, and the entries of persons
 * into the topic `reach`. Counts the written records.
 */
import type { Logger } from 'pino';
import { VigilError } from '../../../contracts/errors.ts';
import type { DeliveryCommand, ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import { contentTypes } from '../../../contracts/messages/records.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import { createHistogram, type Histogram, observe } from '../../../process/histogram.ts';
import type { AlarmDelivery } from '../core/delivery-board.ts';
import { createSlots, type Slots } from '../core/slots.ts';
import { confirmedByKafka } from '../kafka-wait.ts';

const turnBounds = { atOnceMax: 16, atOncePerKeyMax: 1, waitingMax: 128, waitingPerKeyMax: 8 } as const;
/**
 * Maximum number of calls whose first painting is remembered. Above this number, the oldest call is forgotten, and may
 * be counted twice.
 */
const paintedMax = 20_000;

export type CallTimes = {
  /** From the raising of an alarm until a page of the first called person painted the call, ms. */
  readonly sinceRaised: Histogram;
  /** From a call until a page of the called person painted the call, ms. */
  readonly sinceCalled: Histogram;
};

/** Returns empty histograms for times from 10 ms to 164 s. */
export function newCallTimes(): CallTimes {
  return { sinceRaised: createHistogram(10, 15), sinceCalled: createHistogram(10, 15) };
}

export type DeliveryFigures = {
  /** Number of confirmations that were given to Kafka, by kind; includes those that Kafka did not accept. */
  readonly receipts: { painted: number; onDevice: number; checks: number };
  /** Number of confirmations of calls or canaries that the person does not have. Such confirmations are ignored. */
  unknownReceipts: number;
  /** Number of confirmations that Kafka did not accept. */
  lostReceipts: number;
  /** Number of answers of persons, by result. */
  readonly answers: { taken: number; noEffect: number; unknown: number };
};

type Receipt = Extract<DeliveryCommand, { type: 'receipt' | 'check-receipt' }>;

export type DeliveryWriter = {
  /**
   * Writes an answer. @throws VigilError `log-unavailable` if Kafka does not confirm the answer in time;
   * `log-append-failed` if the append gave up
   */
  writeAnswer(command: Extract<DeliveryCommand, { type: 'answer' }>): Promise<void>;
  /**
   * Writes a confirmation, without waiting for Kafka. Lost confirmations are counted; the delivery process then calls
   * the next person.
   */
  writeReceipt(command: Receipt): void;
  /**
   * Writes an entry, or removes it: a record without a value deletes the entry in the compacted topic. Throws as
   * `writeAnswer` does.
   */
  writeReach(reachId: string, entry: ReachEntry | null): Promise<void>;
  /**
   * Lets only one change of a person's entries run at a time. Two changes at once could exceed the maximum number, or
   * bring a removed entry back.
   */
  readonly reachTurns: Slots;
  /** Notes in the histograms (`times`) how long it took until a page first painted a call. */
  notePainted(delivery: AlarmDelivery, callId: string, raisedAtMs: number | undefined): void;
  readonly figures: DeliveryFigures;
  readonly times: CallTimes;
};

export function createDeliveryWriter(options: {
  readonly log: Pick<SealedLog, 'append' | 'appender'>;
  /** Returns the pseudonym of an account. */
  readonly pseudonymOf: (userId: string) => string;
  readonly times: CallTimes;
  readonly now: () => number;
  readonly logger: Logger;
}): DeliveryWriter {
  const { log, pseudonymOf, times, now, logger } = options;
  const startedAtMs = now();
  const painted = new Set<string>();
  const figures: DeliveryFigures = {
    receipts: { painted: 0, onDevice: 0, checks: 0 },
    unknownReceipts: 0,
    lostReceipts: 0,
    answers: { taken: 0, noEffect: 0, unknown: 0 },
  };
  const append = (command: DeliveryCommand) =>
    log.append('delivery-commands', pseudonymOf(command.by.userId), contentTypes.deliveryCommand, command);

  return {
    figures,
    times,
    reachTurns: createSlots(
      turnBounds,
      () => new VigilError('rate-limited', 'Too many changes of this account wait: try again in a moment.'),
    ),
    async writeAnswer(command) {
      await confirmedByKafka(
        append(command),
        'Kafka did not answer in time. Your answer may still count: look at the call before you repeat it.',
      );
    },
    async writeReach(reachId, entry) {
      const written =
        entry === null
          ? log.appender.append('reach', reachId, null)
          : log.append('reach', reachId, contentTypes.reach, entry);
      await confirmedByKafka(
        written,
        'Kafka did not answer in time. The change may still take effect: look at the list before you repeat it.',
      );
    },
    writeReceipt(command) {
      if (command.type === 'check-receipt') figures.receipts.checks += 1;
      else figures.receipts[command.stage === 'painted' ? 'painted' : 'onDevice'] += command.calls.length;
      append(command).catch((error) => {
        figures.lostReceipts += 1;
        logger.warn({ code: error.code }, 'the confirmation of a call could not be written to Kafka');
      });
    },
    notePainted({ view }, callId, raisedAtMs) {
      const index = view.calls.findIndex((call) => call.callId === callId);
      const call = view.calls[index];
      // Skips calls from before the start of this server, because they may have been painted before.
      if (!call || painted.has(callId) || call.calledAtMs < startedAtMs) return;
      painted.add(callId);
      if (painted.size > paintedMax) painted.delete(painted.values().next().value!);
      observe(times.sinceCalled, now() - call.calledAtMs);
      const isFirst = index === 0 && view.round === 1 && call.repeat === 0;
      if (isFirst && raisedAtMs !== undefined) observe(times.sinceRaised, now() - raisedAtMs);
    },
  };
}
