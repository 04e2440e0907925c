/**
 * Finds the canary of one test among all canaries of an entry. The delivery process sends other canaries to the same
 * entry: when the entry is added, every few minutes, and for the test of another operator. A canary that began before
 * this test shows nothing about the present entry.
 *
 * Compares ids and no times, because the clocks of two machines may differ. The event `asked` begins a canary and names
 * its test (`testedAt`). Each result names its canary (`checkId`).
 */
import {
  type DeliveryRecord,
  type ReachEnded,
  type ReachSeen,
  type ReceiptStage,
  receiptStages,
} from '../../../contracts/messages/deliveries.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';

/** Maximum number of events about one entry that a test remembers (ours). Later events of the test are ignored. */
const eventsMax = 1_000;

export type CanaryWatch = {
  /** Handles an event of the topic `deliveries`. */
  takeEvent(event: DeliveryRecord['event']): void;
  /** Handles a record of the entry in the topic `reach`; null if the entry was removed. */
  takeEntry(entry: Pick<ReachEntry, 'testedAt'> | null): void;
  /** Resolves when a canary of this test begins, or when the address turns out to be gone; undefined after the wait. */
  asked(waitMs: number): Promise<ReachSeen | ReachEnded | undefined>;
  /**
   * Resolves with the first result of a canary of this test, or with the event that the address is gone; undefined
   * after the wait.
   */
  result(waitMs: number): Promise<ReachSeen | ReachEnded | undefined>;
  /** Resolves when a canary of this test reaches a later stage than `stage`; undefined after the wait. */
  furtherStage(stage: ReceiptStage, waitMs: number): Promise<ReceiptStage | undefined>;
  /**
   * Returns whether somebody has changed or removed the entry since this test wrote it. If so, no canary will answer
   * this test.
   */
  isOverwritten(): boolean;
};

/** @param testedAt the time that the test writes into the entry; it identifies the test */
export function createCanaryWatch(reachId: string, testedAt: string): CanaryWatch {
  const events: ReachSeen[] = [];
  let ended: ReachEnded | undefined;
  /**
   * This test and later tests of other operators. The canaries of the later tests try the present entry too, so their
   * results count for this test.
   */
  const tests = new Set([testedAt]);
  let isWritten = false;
  let isOverwritten = false;
  let onChange = () => {};

  const checks = () => events.filter((event) => event.state === 'asked' && tests.has(event.testedAt ?? ''));
  const results = () => {
    // After a restart, the delivery process answers the test with a second canary.
    const checkIds = new Set(checks().map(({ checkId }) => checkId));
    return events.filter((event) => event.state !== 'asked' && checkIds.has(event.checkId));
  };

  function waitFor<T>(find: () => T | undefined, waitMs: number): Promise<T | undefined> {
    return new Promise((resolve) => {
      const finish = (found: T | undefined) => {
        clearTimeout(timer);
        onChange = () => {};
        resolve(found);
      };
      const timer = setTimeout(() => finish(undefined), waitMs);
      onChange = () => {
        const found = find();
        if (found !== undefined) finish(found);
      };
      onChange();
    });
  }

  return {
    takeEvent(event) {
      if (event.type === 'reach-ended' && event.reachId === reachId) ended = event;
      else if (event.type === 'reach-seen' && event.reachId === reachId && events.length < eventsMax)
        events.push(event);
      onChange();
    },
    takeEntry(entry) {
      if (entry?.testedAt === testedAt) isWritten = true;
      else if (isWritten && entry?.testedAt !== undefined) tests.add(entry.testedAt);
      else if (isWritten) isOverwritten = true;
      onChange();
    },
    asked: (waitMs) => waitFor(() => checks()[0] ?? ended, waitMs),
    result: (waitMs) => waitFor(() => results()[0] ?? ended, waitMs),
    furtherStage: (stage, waitMs) =>
      waitFor(
        () => results().find((event) => event.stage !== undefined && stageOf(event.stage) > stageOf(stage))?.stage,
        waitMs,
      ),
    isOverwritten: () => isOverwritten,
  };
}

const stageOf = (stage: ReceiptStage) => receiptStages.indexOf(stage);
