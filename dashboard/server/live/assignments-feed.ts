/**
 * Reads the topic `assignments` into the boards, and sets the notices of beds without a nurse. This file is separate
 * from feed.ts, so that a fault here cannot delay an alarm: without assignments, the screens show everything else.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { VigilError } from '../../../contracts/errors.ts';
import { contentTypes } from '../../../contracts/messages/records.ts';
import type { RecordBatch } from '../../../log/kafka/reader.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import { createSealedReading } from '../../../log/sealed-reading.ts';
import { attemptEach, runEvery } from '../../../process/timer-tasks.ts';
import { type DutyBoard, emptyBoard, foldAssignmentEvent } from '../core/duty-board.ts';
import { type AccountOf, type DutyGaps, noteDuties } from '../core/duty-notices.ts';
import type { LiveState } from '../core/state.ts';
import { openWholeTopic } from './whole-topic.ts';

/** Time between two checks for beds without a nurse. */
const lookEveryMs = 2_000;
/** Number of remembered ids of the last events on the boards. A change waits until the id of its event is here. */
const idsMax = 1_000;
const idCheckMs = 10;

export type AssignmentsFeed = {
  readonly board: DutyBoard;
  /** Resolves when every assignment that is in the log now is on the board. @throws VigilError `log-unavailable` */
  readToEnd(): Promise<void>;
  /**
   * Resolves when an event is on the board. After a commit, Kafka may show the event only some ms later, so `readToEnd`
   * could resolve too early.
   */
  waitFor(eventId: string): Promise<void>;
  gaps(): DutyGaps;
  /** Returns the number of records that could not be decrypted or did not match their schema. */
  unreadable(): number;
  close(): Promise<void>;
};

export function openAssignmentsFeed(
  sealedLog: Pick<SealedLog, 'kafka' | 'open' | 'boot'>,
  options: {
    readonly state: LiveState;
    readonly accountOf: AccountOf;
    readonly now: () => number;
    readonly logger: Logger;
    /** Called after a change of a board, so that the screens show the new notices immediately. */
    readonly onChange: () => void;
  },
): AssignmentsFeed {
  const { state, accountOf, now, logger, onChange } = options;
  const board = emptyBoard();
  const sealedReading = createSealedReading({ open: sealedLog.open, log: logger, leftOutOf: 'the assignment boards' });
  let gaps: DutyGaps = { noNurse: 0, overdue: 0 };
  const lastIds: string[] = [];

  async function foldBatch(batch: RecordBatch): Promise<void> {
    for (const record of batch.records) {
      const read = record.value === null ? undefined : await sealedReading.read(batch, record);
      if (read?.record.contentType !== contentTypes.assignment) continue;
      foldAssignmentEvent(board, read.record.body);
      lastIds.push(read.record.body.eventId);
    }
    lastIds.splice(0, lastIds.length - idsMax);
    if (!board.isRead) return;
    gaps = noteDuties(state, board, accountOf, now());
    onChange();
  }

  const topic = openWholeTopic({
    ...{ sealedLog, topic: 'assignments', onRecords: foldBatch, logger },
    onRead() {
      board.isRead = true;
    },
    problem: 'the assignments cannot be read from Kafka; their boards do not work',
  });

  const timer = runEvery('duties', lookEveryMs, () => {
    gaps = noteDuties(state, board, accountOf, now(), (beds, work) => attemptEach('duties', beds, work));
  });

  return {
    board,
    async readToEnd() {
      const reader = topic.reader();
      if (!reader) throw new VigilError('log-unavailable', 'The assignments have not been read yet. Try again.');
      await reader.reachEnd();
    },
    async waitFor(eventId) {
      while (!topic.isClosed() && !lastIds.includes(eventId)) await sleep(idCheckMs);
    },
    gaps: () => gaps,
    unreadable: sealedReading.leftOutCount,
    async close() {
      clearInterval(timer);
      await topic.close();
    },
  };
}
