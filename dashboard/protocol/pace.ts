/**
 * The times and sizes that the server and a screen share. Plain numbers without imports, so that the browser's bundle
 * can take them without the schemas.
 */

/** The server's heartbeat on an open live connection. */
export const heartbeatMs = 1_000;

/** A screen says that it lost the server after this long without a heartbeat (CLINICAL, "Silence is an alarm"). */
export const serverLostMs = 5_000;

/** At most one delta of numerics in this time for a screen: 4/s. Alarms do not wait for it. */
export const numericsEveryMs = 250;

/** How often an open page asks `GET /api/session`, which renews its cookie. */
export const sessionRenewMs = 5 * 60_000;

/** The header that every POST and DELETE carries beside its Origin; its value is this text. */
export const requestHeader = { name: 'x-vigil', value: '1' } as const;

/** The path of the live connection; its ticket is the query's `ticket`. */
export const livePath = '/api/live';

/** The first characters of the text of every wave message: a screen passes it on without parsing it. */
export const waveTextStart = '{"type":"wave",';

/** Why the server closed a live connection (RFC 6455, 4000 to 4999 are the application's). */
export const closeCodes = {
  /** Log in again: the session ended, was revoked, or the account was disabled. */
  sessionEnded: 4001,
  /** The connection could not take its alarms: connect again at once; the snapshot has everything. */
  resync: 4002,
  /** The message was not a `Watch`. */
  badMessage: 4003,
  /** The ward or patient is not this account's. */
  notAllowed: 4004,
  /** The look could not be put on record (Kafka is away), or the server is starting: try again in a few seconds. */
  unavailable: 4005,
  /**
   * More live connections or messages than the account or the server may have: a newer screen has its place. Wait a
   * minute before the next try.
   */
  tooMany: 4006,
} as const;
