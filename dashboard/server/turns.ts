/**
 * Makes changes of one topic one after the other, so that each change is decided on the result of all earlier changes.
 * Several dashboards may run. So each change first takes the turn (log/kafka/turn.ts), and then reads the topic to its
 * end. If another dashboard takes the turn before the change is written, the change is decided again. If Kafka does not
 * confirm a commit, the next turn finds out whether the change was saved (docs/decisions/019-turns.md).
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { VigilError } from '../../contracts/errors.ts';
import type { TurnTopic } from '../../contracts/turn-topics.ts';
import type { SealedLog, SealedTurn, TurnRecord } from '../../log/sealed-log.ts';
import { runAfter } from '../../process/timer-tasks.ts';
import { createSlots } from './core/slots.ts';

/** Maximum wait for the turn, and for the reading of the topic to its end before and after the change. */
const waitMsMax = 5_000;
/** Maximum number of tries of a change while other dashboards take the turn. */
const triesMax = 12;
/** Maximum number of tries of a change that Kafka did not commit, although no other dashboard took the turn. */
const unconfirmedMax = 3;
/**
 * Maximum time after which a change that was not saved is decided again, ms (ours). The page of the person waits 10 s
 * (dashboard/client/shell/api.ts). A change must not be made much later: the person has read that there is no answer,
 * and may have decided otherwise.
 */
export const decideAgainMsMax = 5_000;
/**
 * Maximum time after which a change may begin, ms (ours): its decision, or its decision again after another dashboard
 * took the turn. This time is shorter than the wait of the page, so the person reads that nothing was changed. A turn
 * usually takes less than the 2 s that are left.
 */
export const beginMsMax = 8_000;
/**
 * The pause before the next try is random: at most `retryMsMax` multiplied by the number of tries so far. Without the
 * random pause, dashboards could take the turn from each other again and again.
 */
const retryMsMax = 100;
/**
 * Maximum number of waiting changes of all accounts, and of one account (ours). The accounts are served in rotation.
 * Above the first number, the newest change of the account with the most waiting changes is refused. Above the second
 * number, the account's new change is refused.
 */
const waitingMax = 50;
export const waitingPerAccountMax = 8;
/** The text for a person if nobody can find out whether a change was saved. */
export const notKnownText =
  'It is not known whether this was saved: Kafka did not answer in time. Look again before you repeat it.';
const tooLateText = 'Nothing was changed: too many changes wait, or Kafka is slow. Try again.';
const noAnswerText = 'Nothing was changed: Kafka did not answer in time. Try again.';
const notAcceptedText = 'Nothing was changed: Kafka did not accept the change. Try again.';

export type TurnOptions<Result> = {
  readonly topic: TurnTopic;
  readonly log: Pick<SealedLog, 'takeTurn'>;
  /** Resolves when every record that is in the topic now has been folded into the state. */
  readonly readToEnd: () => Promise<void>;
  /** Resolves when the change is in the state; `readToEnd` if absent. */
  readonly readBack?: (result: Result) => Promise<void>;
  /** `waitMsMax`, or another value in a test. */
  readonly waitMs?: number | undefined;
  /** `beginMsMax`, or another value in a test; Infinity if no person waits for the answer. */
  readonly beginMs?: number;
};

export type TurnWork<Result> = {
  /** Decides whether the change is allowed (`ok` of the result). If so, writes the change; `createTurns` commits it. */
  decideAndWrite(turn: SealedTurn): Promise<Result>;
  /** Called if a change that `decideAndWrite` has written is not done, or if nobody can find out whether it is done. */
  onNotDone?(result: Result, why: NotDone): Promise<void>;
};
export type NotDone = 'another-first' | 'not-committed' | 'unknown';

/** The text of the audit trail about a change that is already in the trail. */
export const notDoneTexts = {
  'another-first': 'not done, another change came first: ',
  'not-committed': 'not done, Kafka did not accept it: ',
  unknown: 'it is not known whether this was done: ',
} as const satisfies Record<NotDone, string>;

/**
 * Runs `work` in a turn, and commits what `work` has written.
 * @throws VigilError `log-backlog-full`, `log-unavailable`, `log-append-failed` (nobody knows whether the change was
 * saved), and the errors of `work`
 */
export type RunInTurn<Result> = (account: string, work: TurnWork<Result>) => Promise<Result>;

/**
 * How long a change may wait before it begins. `begin` throws if the time is over; then the change must not be made.
 */
type Patience = { begin(): void; rest(): void };

/** A change whose commit Kafka has not confirmed. */
type Unconfirmed<Result> = { readonly result: Result; readonly turn: SealedTurn };

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the options that they share.
export function createTurns<Result extends { readonly ok: boolean }>(options: TurnOptions<Result>): RunInTurn<Result> {
  const { topic, log, readToEnd, readBack = readToEnd, waitMs = waitMsMax, beginMs = beginMsMax } = options;
  const tooManyChanges = () =>
    new VigilError('log-backlog-full', 'Nothing was changed: too many changes wait. Try again in a moment.');
  const bounds = { atOnceMax: 1, atOncePerKeyMax: 1, waitingMax, waitingPerKeyMax: waitingPerAccountMax };
  const slots = createSlots(bounds, tooManyChanges);

  async function takeTurnAndRead(): Promise<SealedTurn> {
    const turn = await withinWait(
      log.takeTurn(topic).catch((error) => {
        throw plainError(error, noAnswerText);
      }),
      waitMs,
      (late) => late.close(),
    );
    if (await isInTime(readToEnd())) return turn;
    void turn.close();
    throw new VigilError('log-unavailable', 'Nothing was changed: this server reads from Kafka too slowly. Try again.');
  }

  async function writeOrSayNot(turn: SealedTurn, records: readonly TurnRecord[]): Promise<void> {
    try {
      await turn.write(records);
    } catch (error) {
      throw plainError(error, notAcceptedText);
    }
  }

  /** Returns the result of the work, or the change whose commit was not confirmed. */
  async function tryOnce(work: TurnWork<Result>, patience: Patience): Promise<Result | Unconfirmed<Result>> {
    const turn = await takeTurnAndRead();
    try {
      patience.begin();
      const result = await work.decideAndWrite({ ...turn, write: (records) => writeOrSayNot(turn, records) });
      if (!result.ok) return result;
      try {
        await withinWait(turn.commit(), waitMs);
      } catch (error) {
        if (!isTurnLost(error)) return { result, turn };
        await work.onNotDone?.(result, 'another-first');
        patience.rest();
        throw error;
      }
      await showBack(result);
      return result;
    } finally {
      void turn.close();
    }
  }

  /**
   * Finds out whether an unconfirmed change was saved. Takes the turn first, because this ends the transaction.
   * @throws VigilError `turn-lost` (try again), and other errors if Kafka does not answer
   */
  async function wasSaved({ turn }: Unconfirmed<Result>): Promise<boolean> {
    const next = await takeTurnAndRead();
    void next.close();
    return withinWait(turn.wasCommitted(AbortSignal.timeout(waitMs)), waitMs);
  }

  async function showBack(result: Result): Promise<void> {
    if (await isInTime(readBack(result))) return;
    throw new VigilError(
      'log-unavailable',
      'The change was saved, but this server does not show it yet. Look again in a few seconds.',
    );
  }

  /** Waits for the reading. Returns false if the reading takes too long. */
  async function isInTime(reading: Promise<void>): Promise<boolean> {
    try {
      await withinWait(reading, waitMs);
      return true;
    } catch {
      return false;
    }
  }

  /** Calls `attempt` again while other dashboards take the turn. */
  async function untilNotLost<T>(attempt: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (!isTurnLost(error)) throw error;
        if (tries === triesMax)
          throw new VigilError(
            'log-unavailable',
            'Nothing was changed: too many people make changes at the same time. Try again.',
          );
        await sleep(randomInt(retryMsMax * tries));
      }
    }
  }

  /** Returns whether the change was saved. Throws an error that says so if nobody can find out. */
  async function settle(work: TurnWork<Result>, unconfirmed: Unconfirmed<Result>): Promise<boolean> {
    try {
      return await untilNotLost(() => wasSaved(unconfirmed));
    } catch (cause) {
      // The person gets the answer now: while Kafka is away, the audit trail waits, too. It logs that it waits, and
      // writes the record later.
      void work.onNotDone?.(unconfirmed.result, 'unknown').catch(() => undefined);
      throw new VigilError('log-append-failed', notKnownText, { cause });
    }
  }

  /** @param requestedMs when the person asked for the change, by the clock `performance` */
  async function run(work: TurnWork<Result>, requestedMs: number, patience: Patience): Promise<Result> {
    for (let tries = 1; ; tries += 1) {
      const tried = await untilNotLost(() => tryOnce(work, patience));
      if ('ok' in tried) return tried;
      if (await settle(work, tried)) {
        await showBack(tried.result);
        return tried.result;
      }
      await work.onNotDone?.(tried.result, 'not-committed');
      const isTooLate = performance.now() - requestedMs > decideAgainMsMax;
      if (tries === unconfirmedMax || isTooLate) throw new VigilError('log-unavailable', notAcceptedText);
    }
  }

  return async (account, work) => {
    const requestedMs = performance.now();
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    let isUnderway = false;
    let isOver = false;
    const giveUp = () => {
      isOver = true;
      if (!isUnderway) reject(new VigilError('log-backlog-full', tooLateText));
    };
    const patience: Patience = {
      begin() {
        if (isOver || performance.now() - requestedMs > beginMs) throw new VigilError('log-backlog-full', tooLateText);
        isUnderway = true;
      },
      rest() {
        isUnderway = false;
        if (isOver) giveUp();
      },
    };
    const timer = Number.isFinite(beginMs) ? runAfter('turns', beginMs, giveUp) : undefined;
    // A change that was given up while it waited for its turn does not take the turn.
    const made = slots.run(account, async () => {
      if (isOver) await givenUp;
      return run(work, requestedMs, patience);
    });
    try {
      return await Promise.race([made, givenUp]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Gives an error of Kafka before the commit a text that a person understands. Other errors stay as they are. */
const plainError = (error: unknown, text: string) =>
  error instanceof VigilError && error.code === 'log-unavailable'
    ? new VigilError(error.code, text, { cause: error })
    : error;

export const isTurnLost = (error: unknown) => error instanceof VigilError && error.code === 'turn-lost';

/**
 * Waits for a result, but not longer than `waitMs`.
 * @param discard called with a result that comes too late
 * @throws VigilError `log-unavailable` if the result does not come in time
 */
async function withinWait<T>(result: Promise<T>, waitMs: number, discard?: (late: T) => unknown): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    result.then(discard, () => {});
    reject(new VigilError('log-unavailable', noAnswerText));
  }, waitMs);
  try {
    return await Promise.race([result, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
