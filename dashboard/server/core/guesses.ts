/**
 * How passwords may be guessed. Each try counts before it is judged, so that tries at the same time are not all judged.
 * A wrong try delays only tries with the same proof (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"): a
 * browser at which a person has logged in before is counted by itself, and guesses elsewhere never lock that person out
 * there.
 */

/**
 * The proof that a try brings along. `known`: this person has logged in at this browser, or has a session. `station`:
 * somebody has logged in at this browser. `none`: no proof.
 */
export type Proof = 'known' | 'station' | 'none';

/** @property place the browser's id or the session; for a try without a proof the address (of IPv6 its network) */
export type Guess = { readonly userId: string; readonly proof: Proof; readonly place: string };

type Rule = { readonly freeTries: number; readonly firstMs: number; readonly waitMsMax: number };

/**
 * Tries of one person at one place. The first ones are free: people mistype. At a browser where the person has logged
 * in, a colleague's guesses delay them by a minute at most (ours).
 */
export const placeRules: Readonly<Record<Proof, Rule>> = {
  known: { freeTries: 5, firstMs: 15_000, waitMsMax: 60_000 },
  station: { freeTries: 5, firstMs: 30_000, waitMsMax: 60_000 },
  none: { freeTries: 5, firstMs: 30_000, waitMsMax: 15 * 60_000 },
};
/**
 * Tries of one person at all places with the same proof (ours): the tries of many addresses add up. With the waits, an
 * account takes about 100 such tries a day at places where its owner has never been (NIST SP 800-63B-4, section 3.2.2,
 * names 100 in a row).
 */
export const accountRules: Readonly<Record<Exclude<Proof, 'known'>, Rule>> = {
  station: { freeTries: 30, firstMs: 30_000, waitMsMax: 60_000 },
  none: { freeTries: 30, firstMs: 30_000, waitMsMax: 15 * 60_000 },
};
/**
 * An address with more wrong tries than this, with whatever names, is a suspect (ours). Its tries are still judged, in
 * a line apart from that of other new browsers. So it waits for its own flood, and others do not.
 */
export const suspectTries = 10;
/** Tries are forgotten after this long without another. */
export const forgetMs = 60 * 60_000;
/**
 * Rows kept at once, of places, of accounts and of addresses; past it the row that was tried longest ago is forgotten.
 */
export const rowsMax = 10_000;

type Row = { readonly count: number; readonly atMs: number };
type Rows = Map<string, Row>;
export type Guesses = { readonly places: Rows; readonly accounts: Rows; readonly addresses: Rows };

export const newGuesses = (): Guesses => ({ places: new Map(), accounts: new Map(), addresses: new Map() });

const placeKey = ({ userId, proof, place }: Guess) => `${proof} ${place} ${userId}`;
const accountKey = ({ userId, proof }: Guess) => `${proof} ${userId}`;

/**
 * Counts a try.
 * @returns 0 if it may be judged now; otherwise it is not counted, and the result is how long to wait, ms
 */
export function beginGuess({ places, accounts, addresses }: Guesses, guess: Guess, nowMs: number): number {
  const rule = guess.proof === 'known' ? undefined : accountRules[guess.proof];
  const leftMs = Math.max(
    leftMsOf(places.get(placeKey(guess)), placeRules[guess.proof], nowMs),
    rule === undefined ? 0 : leftMsOf(accounts.get(accountKey(guess)), rule, nowMs),
  );
  if (leftMs > 0) return leftMs;
  count(places, placeKey(guess), nowMs);
  if (rule !== undefined) count(accounts, accountKey(guess), nowMs);
  if (guess.proof === 'none') count(addresses, guess.place, nowMs);
  return 0;
}

/** Whether a try that was begun comes from an address with many wrong tries. */
export function isSuspect({ addresses }: Guesses, { proof, place }: Guess): boolean {
  return proof === 'none' && (addresses.get(place)?.count ?? 0) > suspectTries;
}

/**
 * Whether a try that was begun is the only one of its address: none was wrong there within the hour, and no other
 * waits.
 */
export function isFirst({ addresses }: Guesses, { proof, place }: Guess): boolean {
  return proof === 'none' && (addresses.get(place)?.count ?? 0) <= 1;
}

/** Takes back a try that was not judged. */
export function forgiveGuess({ places, accounts, addresses }: Guesses, guess: Guess): void {
  takeBack(places, placeKey(guess));
  takeBack(accounts, accountKey(guess));
  if (guess.proof === 'none') takeBack(addresses, guess.place);
}

/**
 * Notes that a try was right. At a place of this person all tries are forgotten; elsewhere only this try is taken back,
 * because others may guess there meanwhile.
 */
export function noteRight(guesses: Guesses, guess: Guess): void {
  forgiveGuess(guesses, guess);
  guesses.places.delete(placeKey(guess));
}

function leftMsOf(row: Row | undefined, { freeTries, firstMs, waitMsMax }: Rule, nowMs: number): number {
  if (row === undefined || row.count < freeTries || nowMs - row.atMs >= forgetMs) return 0;
  const waitMs = Math.min(firstMs * 2 ** (row.count - freeTries), waitMsMax);
  return Math.max(0, row.atMs + waitMs - nowMs);
}

function count(rows: Rows, key: string, nowMs: number): void {
  const row = rows.get(key);
  const before = row !== undefined && nowMs - row.atMs < forgetMs ? row.count : 0;
  rows.delete(key);
  rows.set(key, { count: before + 1, atMs: nowMs });
  if (rows.size > rowsMax) rows.delete(rows.keys().next().value!);
}

function takeBack(rows: Rows, key: string): void {
  const row = rows.get(key);
  if (row === undefined) return;
  if (row.count <= 1) rows.delete(key);
  else rows.set(key, { ...row, count: row.count - 1 });
}
