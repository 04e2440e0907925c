/**
 * Identifies browsers. The server gives each browser (a station) an id at its first try to log in, in a cookie that
 * stays after the session. The audit trail has the id in addition to the address, because all screens of a ward may
 * share one address.
 *
 * A second cookie has one mark for each person who has logged in at this browser. Only the server can create and check
 * marks (device cookies, see core/guesses.ts).
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Proof } from '../core/guesses.ts';

export const stationCookie = '__Host-vigil-station';
/** 400 days: browsers keep no cookie for longer. */
const stationMaxAgeS = 400 * 24 * 60 * 60;
export const stationCookieOptions = {
  path: '/',
  httpOnly: true,
  secure: true,
  sameSite: 'strict',
  maxAge: stationMaxAgeS,
} as const;

export const knownCookie = '__Host-vigil-known';
/**
 * Maximum number of marks in one cookie. Above this number, the mark of the person with the oldest last login is
 * dropped.
 */
export const knownMax = 30;
const markChars = 8;
const marksPattern = new RegExp(`^(?:[A-Za-z0-9_-]{${markChars}}){1,${knownMax}}$`);

export type Stations = {
  /** Returns the id in the value of the first cookie; undefined if the server did not make this value. */
  read(value: string | undefined): string | undefined;
  /** Returns a new id and the cookie's value for it. */
  issue(): { readonly station: string; readonly value: string };
  /**
   * Returns what the second cookie proves about an account.
   * @param value the value of the second cookie
   * @param station the id from the first cookie
   * @param account undefined for an unknown user
   */
  proofOf(value: string | undefined, station: string | undefined, account: KnownAccount | undefined): Proof;
  /** Returns the value of the second cookie with a mark of this account as the first mark. */
  remember(value: string | undefined, station: string, account: KnownAccount): string;
};

/**
 * @property fingerprint the result of `fingerprintOf`: after a new password, the account's former marks prove nothing
 */
export type KnownAccount = { readonly userId: string; readonly fingerprint: string };

/** @param secret the key that signs session tokens, base64url */
export function createStations(secret: string): Stations {
  const key = createHmac('sha256', Buffer.from(secret, 'base64url')).update('vigil station 1').digest();
  const hash = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  const seal = (text: string) => hash(text).slice(0, 22);
  /** Returns the text before the dot, if the server made the seal after the dot for this text. */
  function unseal(value: string | undefined, pattern: RegExp, sealedAs = (text: string) => text): string | undefined {
    const [text = '', sealed = '', ...more] = (value ?? '').split('.');
    if (more.length > 0 || !pattern.test(text)) return undefined;
    const expectedSeal = Buffer.from(seal(sealedAs(text)));
    const givenSeal = Buffer.from(sealed);
    return givenSeal.length === expectedSeal.length && timingSafeEqual(givenSeal, expectedSeal) ? text : undefined;
  }
  /**
   * Returns the text that is sealed for a list of marks. This text has the station's id, so that marks are valid in one
   * browser only.
   */
  const asKnownAt = (station: string) => (marks: string) => `known at ${station} ${marks}`;
  const marksOf = (value: string | undefined, station: string): string[] =>
    unseal(value, marksPattern, asKnownAt(station))?.match(new RegExp(`.{${markChars}}`, 'g')) ?? [];
  const markOf = ({ userId, fingerprint }: KnownAccount) => hash(`mark ${userId} ${fingerprint}`).slice(0, markChars);

  return {
    read: (value) => unseal(value, /^[A-Za-z0-9_-]{8}$/),
    proofOf(value, station, account) {
      const marks = station === undefined ? [] : marksOf(value, station);
      if (marks.length === 0) return 'none';
      return account !== undefined && marks.includes(markOf(account)) ? 'known' : 'station';
    },
    remember(value, station, account) {
      const mark = markOf(account);
      const otherMarks = marksOf(value, station).filter((other) => other !== mark);
      const marks = [mark, ...otherMarks].slice(0, knownMax).join('');
      return `${marks}.${seal(asKnownAt(station)(marks))}`;
    },
    issue() {
      const station = randomBytes(6).toString('base64url');
      return { station, value: `${station}.${seal(station)}` };
    },
  };
}
