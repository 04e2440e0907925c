/**
 * Limits how often passwords may be tried. Each try is counted before the password is checked, so that many tries at
 * the same time do not all get through. A wrong try delays only tries with the same proof (OWASP, "Slow Down Online
 * Guessing Attacks with Device Cookies"). So guesses from other browsers do not lock a person out of a browser at which
 * the person has logged in before.
 */

/**
 * What is known about the browser of a try. `known`: this person has logged in at this browser before, or has a
 * session. `station`: somebody has logged in at this browser before. `none`: no login at this browser is known.
 */
export type Proof = 'known' | 'station' | 'none';

/**
 * @property place the id of the browser or of the session; if `proof` is `none`, the address (for IPv6: the network)
 */
export type Guess = { readonly userId: string; readonly proof: Proof; readonly place: string };

type Rule = { readonly freeTries: number; readonly firstMs: number; readonly waitMsMax: number };

/**
 * Limits for the tries of one person at one place (ours). The first tries are free, because people mistype. At a
 * browser at which the person has logged in, a colleague's wrong tries delay the person by a minute at most.
 */
export const placeRules: Readonly<Record<Proof, Rule>> = {
  known: { freeTries: 5, firstMs: 15_000, waitMsMax: 60_000 },
  station: { freeTries: 5, firstMs: 30_000, waitMsMax: 60_000 },
  none: { freeTries: 5, firstMs: 30_000, waitMsMax: 15 * 60_000 },
};
/**
 * Limits for the tries of one person at all places with the same proof (ours): tries from many addresses add up.
 * Without any proof, somebody who tries again after each wait has about 130 tries on the first day for one account, and
 * about 100 on each further day (NIST SP 800-63B-4, section 3.2.2, allows 100 in a row). Somebody who pauses for
 * `forgetMs` after the free tries has more: up to about 700 a day, from several addresses.
 */
export const accountRules: Readonly<Record<Exclude<Proof, 'known'>, Rule>> = {
  station: { freeTries: 30, firstMs: 30_000, waitMsMax: 60_000 },
  none: { freeTries: 30, firstMs: 30_000, waitMsMax: 15 * 60_000 },
};
/**
 * An address with more wrong tries than this, for any user names, is suspect (ours). Passwords from this address are
 * still checked, but in a separate queue. So a flood of tries delays only tries from the same address.
 */
export const suspectTries = 10;
/** Tries are forgotten after this time without another try. */
export const forgetMs = 60 * 60_000;
/** Maximum number of rows in each map. Above this number, the row with the oldest try is forgotten. */
export const rowsMax = 10_000;

type Row = { readonly count: number; readonly atMs: number };
type Rows = Map<string, Row>;
export type Guesses = { readonly places: Rows; readonly accounts: Rows; readonly addresses: Rows };

export const newGuesses = (): Guesses => ({ places: new Map(), accounts: new Map(), addresses: new Map() });

const placeKey = ({ userId, proof, place }: Guess) => `${proof} ${place} ${userId}`;
const accountKey = ({ userId, proof }: Guess) => `${proof} ${userId}`;

/**
 * Counts a try, if it is allowed now.
 * @returns 0 if the password may be checked now; otherwise the time to wait, ms, and the try is not counted
 */
export function beginGuess({ places, accounts, addresses }: Guesses, guess: Guess, nowMs: number): number {
  const rule = guess.proof === 'known' ? undefined : accountRules[guess.proof];
  const waitMs = Math.max(
    remainingWaitMs(places.get(placeKey(guess)), placeRules[guess.proof], nowMs),
    rule === undefined ? 0 : remainingWaitMs(accounts.get(accountKey(guess)), rule, nowMs),
  );
  if (waitMs > 0) return waitMs;
  count(places, placeKey(guess), nowMs);
  if (rule !== undefined) count(accounts, accountKey(guess), nowMs);
  if (guess.proof === 'none') count(addresses, guess.place, nowMs);
  return 0;
}

/** Returns whether a counted try comes from an address with many wrong tries. */
export function isSuspect({ addresses }: Guesses, { proof, place }: Guess): boolean {
  return proof === 'none' && (addresses.get(place)?.count ?? 0) > suspectTries;
}

/**
 * Returns whether a counted try is the only one of its address: no wrong try in the last hour, no other waiting try.
 */
export function isFirstTry({ addresses }: Guesses, { proof, place }: Guess): boolean {
  return proof === 'none' && (addresses.get(place)?.count ?? 0) <= 1;
}

/** Takes back a counted try whose password was not checked. */
export function forgiveGuess({ places, accounts, addresses }: Guesses, guess: Guess): void {
  takeBack(places, placeKey(guess));
  takeBack(accounts, accountKey(guess));
  if (guess.proof === 'none') takeBack(addresses, guess.place);
}

/**
 * Notes that the password of a try was right. Forgets the tries of this person at this place. Subtracts only this try
 * from the counts of the account and of the address, because other people may guess there at the same time.
 */
export function noteRightPassword(guesses: Guesses, guess: Guess): void {
  forgiveGuess(guesses, guess);
  guesses.places.delete(placeKey(guess));
}

function remainingWaitMs(row: Row | undefined, { freeTries, firstMs, waitMsMax }: Rule, nowMs: number): number {
  if (row === undefined || row.count < freeTries || nowMs - row.atMs >= forgetMs) return 0;
  const fullWaitMs = Math.min(firstMs * 2 ** (row.count - freeTries), waitMsMax);
  return Math.max(0, row.atMs + fullWaitMs - nowMs);
}

function count(rows: Rows, key: string, nowMs: number): void {
  const row = rows.get(key);
  const formerCount = row !== undefined && nowMs - row.atMs < forgetMs ? row.count : 0;
  rows.delete(key);
  rows.set(key, { count: formerCount + 1, atMs: nowMs });
  if (rows.size > rowsMax) rows.delete(rows.keys().next().value!);
}

function takeBack(rows: Rows, key: string): void {
  const row = rows.get(key);
  if (row === undefined) return;
  if (row.count <= 1) rows.delete(key);
  else rows.set(key, { ...row, count: row.count - 1 });
}
