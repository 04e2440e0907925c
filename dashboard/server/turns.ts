/**
 * Makes changes of one topic one after the other, so that each change is decided on the result of all earlier changes.
 * Several dashboards may run. So each change first takes the turn (log/kafka/turn.ts), and then reads the topic to its
 * end. If another dashboard takes the turn before the change is written, the change is decided again
 * (docs/decisions/019-turns.md).
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { VigilError } from '../../contracts/errors.ts';
import type { TurnTopic } from '../../contracts/turn-topics.ts';
import type { SealedLog, SealedTurn } from '../../log/sealed-log.ts';
import { createSlots } from './core/slots.ts';

/** Maximum wait for the turn, and for the reading of the topic to its end before and after the change. */
const waitMsMax = 5_000;
/** Maximum number of tries of a change while other dashboards take the turn. */
const triesMax = 12;
/**
 * The pause before the next try is random: at most `retryMsMax` multiplied by the number of tries so far. Without the
 * random pause, dashboards could take the turn from each other again and again.
 */
const retryMsMax = 100;
/**
 * Maximum number of waiting changes of all accounts, and of one account (ours). The accounts are served in rotation.
 * Above this number, the newest change of the account with the most waiting changes is refused.
 */
const waitingMax = 50;
export const waitingPerAccountMax = 8;

export type TurnOptions<Result> = {
  readonly topic: TurnTopic;
  readonly log: Pick<SealedLog, 'takeTurn'>;
  /** Resolves when every record that is in the topic now has been folded into the state. */
  readonly readToEnd: () => Promise<void>;
  /** Resolves when the change is in the state; `readToEnd` if absent. */
  readonly readBack?: (result: Result) => Promise<void>;
  /** `waitMsMax`, or another value in a test. */
  readonly waitMs?: number | undefined;
};

/**
 * Runs `work` in a turn. `work` decides whether the change is allowed (`ok` of its result). If so, `work` writes and
 * commits the change.
 * @throws VigilError `log-backlog-full`, `log-unavailable`, and the errors of the log and of `work`
 */
export type RunInTurn<Result> = (account: string, work: (turn: SealedTurn) => Promise<Result>) => Promise<Result>;

export function createTurns<Result extends { readonly ok: boolean }>(options: TurnOptions<Result>): RunInTurn<Result> {
  const { topic, log, readToEnd, readBack = readToEnd, waitMs = waitMsMax } = options;
  const tooManyChanges = () =>
    new VigilError('log-backlog-full', 'Nothing was changed: too many changes wait. Try again in a moment.');
  const bounds = { atOnceMax: 1, atOncePerKeyMax: 1, waitingMax, waitingPerKeyMax: waitingPerAccountMax };
  const slots = createSlots(bounds, tooManyChanges);

  async function tryOnce(work: (turn: SealedTurn) => Promise<Result>): Promise<Result> {
    const turn = await withinWait(log.takeTurn(topic), waitMs, (late) => late.close());
    try {
      if (!(await isInTime(readToEnd())))
        throw new VigilError(
          'log-unavailable',
          'Nothing was changed: this server reads from Kafka too slowly. Try again.',
        );
      const result = await work(turn);
      if (result.ok && !(await isInTime(readBack(result))))
        throw new VigilError(
          'log-unavailable',
          'The change was saved, but this server does not show it yet. Look again in a few seconds.',
        );
      return result;
    } finally {
      void turn.close();
    }
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

  async function run(work: (turn: SealedTurn) => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await tryOnce(work);
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

  return (account, work) => slots.run(account, () => run(work));
}

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
    reject(new VigilError('log-unavailable', 'Nothing was changed: Kafka did not answer in time. Try again.'));
  }, waitMs);
  try {
    return await Promise.race([result, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
