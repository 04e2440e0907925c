/**
 * Which browser asks: an id that the server gives a browser at its first login, in a cookie that outlives sessions. The
 * audit trail names it beside the address, since all screens of a ward may share one address.
 *
 * A second cookie says who has logged in at this browser, in marks that only the server can make and read (device
 * cookies, see core/guesses.ts).
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Proof } from '../core/guesses.ts';

export const stationCookie = '__Host-vigil-station';
/** The longest that browsers keep a cookie: 400 days. */
const stationMaxAgeS = 400 * 24 * 60 * 60;
export const stationCookieOptions = {
  path: '/',
  httpOnly: true,
  secure: true,
  sameSite: 'strict',
  maxAge: stationMaxAgeS,
} as const;

export const knownCookie = '__Host-vigil-known';
/** People whom one browser remembers; past it the one who logged in longest ago is forgotten. */
export const knownMax = 30;
const markChars = 8;
const marksPattern = new RegExp(`^(?:[A-Za-z0-9_-]{${markChars}}){1,${knownMax}}$`);

export type Stations = {
  /** Returns the id in a cookie's value; undefined if the server did not give it. */
  read(value: string | undefined): string | undefined;
  issue(): { readonly station: string; readonly value: string };
  /**
   * Returns what the second cookie proves for an account; undefined stands for an unknown user.
   * @param value of the cookie
   * @param station of the first cookie
   */
  proofOf(value: string | undefined, station: string | undefined, account: KnownAccount | undefined): Proof;
  /** Returns the second cookie's value with this account in it, the newest first. */
  remember(value: string | undefined, station: string, account: KnownAccount): string;
};

/** @property fingerprint of `fingerprintOf`: a new password makes the account's marks void */
export type KnownAccount = { readonly userId: string; readonly fingerprint: string };

/** @param secret the key that signs sessions, base64url */
export function createStations(secret: string): Stations {
  const key = createHmac('sha256', Buffer.from(secret, 'base64url')).update('vigil station 1').digest();
  const hash = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  const seal = (text: string) => hash(text).slice(0, 22);
  /** Returns the text before the dot, if the seal behind it is the server's. */
  function unseal(value: string | undefined, pattern: RegExp, sealedAs = (text: string) => text): string | undefined {
    const [text = '', sealed = '', ...more] = (value ?? '').split('.');
    if (more.length > 0 || !pattern.test(text)) return undefined;
    const right = Buffer.from(seal(sealedAs(text)));
    const said = Buffer.from(sealed);
    return said.length === right.length && timingSafeEqual(said, right) ? text : undefined;
  }
  /** Bound to the browser: the marks of one browser are worth nothing in another. */
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
      const others = marksOf(value, station).filter((other) => other !== mark);
      const marks = [mark, ...others].slice(0, knownMax).join('');
      return `${marks}.${seal(asKnownAt(station)(marks))}`;
    },
    issue() {
      const station = randomBytes(6).toString('base64url');
      return { station, value: `${station}.${seal(station)}` };
    },
  };
}
