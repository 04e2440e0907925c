/**
 * Checks passwords, two at the same time: each check needs 64 MiB and about 100 ms of a core. Tries from sessions of
 * the person, and from browsers at which the person has logged in before, go directly to the common queue. All other
 * tries first wait in one of four queues:
 * - `station`: browsers at which somebody has logged in before,
 * - `first`: addresses without a wrong try in the last hour and without another waiting try,
 * - `none`: other addresses,
 * - `suspect`: addresses with many wrong tries.
 *
 * The common queue has at most one try of `station`, one of `suspect`, and one of `first` and `none` together. It
 * serves these tries and the persons at known browsers in rotation.
 */
import { VigilError } from '../../contracts/errors.ts';
import type { Account } from './accounts/accounts.ts';
import { unmatchableHash, verifyPassword } from './accounts/password.ts';
import {
  beginGuess,
  forgiveGuess,
  type Guess,
  isFirstTry,
  isSuspect,
  newGuesses,
  noteRightPassword,
} from './core/guesses.ts';
import { createSlots } from './core/slots.ts';

/** Passwords that are checked at the same time (ours). They need 128 MiB. */
const atOnceMax = 2;
/** Maximum number of waiting tries in one queue (ours). With 100 ms for each, the last try waits 26 s. */
const waitingMax = 256;
/** Maximum number of waiting tries of one browser or one address. */
const waitingPerKeyMax = 16;
const busyWaitS = 5;

export type PasswordDesk = {
  /**
   * Returns whether the password is right and the account may log in. An unknown account takes as long as a known
   * account.
   * @throws VigilError `rate-limited` if there were too many tries, or too many tries wait
   */
  judge(guess: Guess, password: string, account: CheckedAccount | undefined): Promise<boolean>;
};

/** @property password the hash of the password */
type CheckedAccount = Pick<Account, 'password' | 'disabled'>;

const tooManyLogins = (waitMs: number) =>
  new VigilError('rate-limited', `Too many logins: try again in ${Math.ceil(waitMs / 1000)} s.`);

/**
 * @param now returns the time in ms since 1970
 * @param verify replaced in tests
 */
export function createPasswordDesk(now: () => number, verify = verifyPassword): PasswordDesk {
  const guesses = newGuesses();
  const busy = () => tooManyLogins(busyWaitS * 1000);
  const queue = (atOnce: number) =>
    createSlots({ atOnceMax: atOnce, atOncePerKeyMax: 1, waitingMax, waitingPerKeyMax }, busy);
  const commonQueue = queue(atOnceMax);
  const queues = { station: queue(1), first: queue(1), none: queue(1), suspect: queue(1) };
  /**
   * The queues `first` and `none` share this queue. So only one try from both together is in the common queue at a
   * time.
   */
  const newBrowsers = queue(1);

  /** Returns the name of the queue of a try without the proof `known`. */
  function queueOf(guess: Guess): keyof typeof queues {
    if (guess.proof !== 'none') return 'station';
    if (isSuspect(guesses, guess)) return 'suspect';
    return isFirstTry(guesses, guess) ? 'first' : 'none';
  }

  /** Does the work when the queues allow it. */
  function runInQueue(guess: Guess, work: () => Promise<boolean>): Promise<boolean> {
    if (guess.proof === 'known') return commonQueue.run(`known ${guess.userId}`, work);
    const name = queueOf(guess);
    if (name === 'station' || name === 'suspect')
      return queues[name].run(guess.place, () => commonQueue.run(name, work));
    return queues[name].run(guess.place, () => newBrowsers.run(name, () => commonQueue.run('new', work)));
  }

  return {
    async judge(guess, password, account) {
      const waitMs = beginGuess(guesses, guess, now());
      if (waitMs > 0) throw tooManyLogins(waitMs);
      try {
        const isRight = await runInQueue(guess, () => verify(password, account?.password ?? unmatchableHash));
        if (!isRight || account === undefined || account.disabled) return false;
        noteRightPassword(guesses, guess);
        return true;
      } catch (error) {
        forgiveGuess(guesses, guess);
        throw error;
      }
    },
  };
}
