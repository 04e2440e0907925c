/**
 * Judges passwords, a few at once: each takes 64 MiB and a core for some 100 ms. There is a line for browsers of the
 * house; two for new browsers, of which one is for addresses that have not tried before; and one for addresses with
 * many wrong tries. Each line is served one at a time. The lines, and the people who have logged in at their browser
 * before, come in turn. So nobody waits for more than one try of each line and their own.
 */
import { VigilError } from '../../contracts/errors.ts';
import type { Account } from './accounts/accounts.ts';
import { nobodysHash, verifyPassword } from './accounts/password.ts';
import { beginGuess, forgiveGuess, type Guess, isFirst, isSuspect, newGuesses, noteRight } from './core/guesses.ts';
import { createSlots } from './core/slots.ts';

/** Passwords judged at once (ours): 128 MiB. */
const atOnceMax = 2;
/**
 * Tries that wait in one line; past it the newest of the longest line is refused (ours: at 100 ms each all are judged
 * in 26 s).
 */
const waitingMax = 256;
/** Waiting tries of one browser, or one address. */
const waitingPerKeyMax = 16;
const busyWaitS = 5;

export type PasswordDesk = {
  /**
   * Whether the password is the account's, and the account may log in. The try counts before it is judged, and takes as
   * long for an account that does not exist.
   * @throws VigilError `rate-limited`
   */
  judge(guess: Guess, password: string, account: Judged | undefined): Promise<boolean>;
};

/** @property password the hash */
type Judged = Pick<Account, 'password' | 'disabled'>;

const tooMany = (leftMs: number) =>
  new VigilError('rate-limited', `Too many logins: try again in ${Math.ceil(leftMs / 1000)} s.`);

/**
 * @param now ms since 1970
 * @param verify tests give another one
 */
export function createPasswordDesk(now: () => number, verify = verifyPassword): PasswordDesk {
  const guesses = newGuesses();
  const busy = () => tooMany(busyWaitS * 1000);
  const line = (atOnce: number) =>
    createSlots({ atOnceMax: atOnce, atOncePerKeyMax: 1, waitingMax, waitingPerKeyMax }, busy);
  const all = line(atOnceMax);
  const lines = { station: line(1), first: line(1), none: line(1), suspect: line(1) };
  /** The two lines of new browsers take turns at one place. */
  const newOnes = line(1);

  /**
   * In a flood from many addresses each address has one first try: somebody at another address waits behind one try of
   * each.
   */
  function lineOf(guess: Guess): keyof typeof lines {
    if (guess.proof !== 'none') return 'station';
    if (isSuspect(guesses, guess)) return 'suspect';
    return isFirst(guesses, guess) ? 'first' : 'none';
  }

  /** For the places at work, a person with a known browser has a turn of their own; all others of a line share one. */
  function inTurn(guess: Guess, work: () => Promise<boolean>): Promise<boolean> {
    if (guess.proof === 'known') return all.run(`known ${guess.userId}`, work);
    const name = lineOf(guess);
    if (name === 'station' || name === 'suspect') return lines[name].run(guess.place, () => all.run(name, work));
    return lines[name].run(guess.place, () => newOnes.run(name, () => all.run('new', work)));
  }

  return {
    async judge(guess, password, account) {
      const leftMs = beginGuess(guesses, guess, now());
      if (leftMs > 0) throw tooMany(leftMs);
      try {
        const isRight = await inTurn(guess, () => verify(password, account?.password ?? nobodysHash));
        if (!isRight || account === undefined || account.disabled) return false;
        noteRight(guesses, guess);
        return true;
      } catch (error) {
        forgiveGuess(guesses, guess);
        throw error;
      }
    },
  };
}
