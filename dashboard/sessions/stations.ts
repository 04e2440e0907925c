/**
 * Which browser asks: an id that the server gives a browser at its first login, in a cookie that outlives sessions. The audit trail
 * names it beside the address, since all screens of a ward may share one address.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

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

export type Stations = {
  /** The id in a cookie's value; undefined where we did not give it. */
  read(value: string | undefined): string | undefined;
  issue(): { readonly station: string; readonly value: string };
};

/** @param secret the key that signs sessions, base64url */
export function createStations(secret: string): Stations {
  const key = createHmac('sha256', Buffer.from(secret, 'base64url')).update('vigil station 1').digest();
  const seal = (station: string) => createHmac('sha256', key).update(station).digest('base64url').slice(0, 22);
  return {
    read(value) {
      const [station = '', sealed = '', ...more] = (value ?? '').split('.');
      if (more.length > 0 || !/^[A-Za-z0-9_-]{8}$/.test(station)) return undefined;
      const right = Buffer.from(seal(station));
      const said = Buffer.from(sealed);
      return said.length === right.length && timingSafeEqual(said, right) ? station : undefined;
    },
    issue() {
      const station = randomBytes(6).toString('base64url');
      return { station, value: `${station}.${seal(station)}` };
    },
  };
}
