/**
 * Times, names and close codes that the server and a screen share. This file has no imports, so that the browser's
 * bundle can use it without the schemas.
 */

/** The time between two heartbeats of the server on an open live connection. */
export const heartbeatMs = 1_000;

/**
 * After this time without a heartbeat a page shows that the server is lost. A page looks four times a second, so it
 * shows the loss within 5 s (CLINICAL, "Silence is an alarm").
 */
export const serverLostMs = 4_500;

/** A screen gets at most one delta of numerics in this time (4/s). Alarms are sent immediately. */
export const numericsEveryMs = 250;

/** How often an open page asks `GET /api/session`. The answer renews the cookie of the page. */
export const sessionRenewMs = 5 * 60_000;

/**
 * A header and its value, which every request with the method POST, PUT, PATCH or DELETE must have. If such a request
 * also has the header `Origin`, this must be an origin of the dashboard.
 */
export const requestHeader = { name: 'x-vigil', value: '1' } as const;

/** The path of the live connection. The query parameter `ticket` has the ticket. */
export const livePath = '/api/live';

/** Every wave message begins with this text. So a screen recognizes wave messages without parsing them. */
export const waveTextStart = '{"type":"wave",';

/** Every report of a page begins with this text. So the server recognizes reports without parsing them. */
export const reportTextStart = '{"type":"report",';

/** `CallsPainted` and `WantDeliveries` (delivery.ts) begin with these texts. */
export const paintedTextStart = '{"type":"calls-painted",';
export const wantDeliveriesTextStart = '{"type":"want-deliveries"';

/** A page that paints sends a report at least this often, even without an alarm to report. */
export const reportEveryMs = 2_000;

/**
 * How long a screen may be silent for a ward after the last proof that another screen sounds the ward's alarms. A page
 * checks twice a second, so no alarm is silent on all screens for 5 s.
 */
export const soundSilenceMsMax = 4_000;

/** Why the server closed a live connection (RFC 6455, 4000 to 4999 are the application's). */
export const closeCodes = {
  /** The session ended or was revoked, or the account was disabled: the person must log in again. */
  sessionEnded: 4001,
  /**
   * The connection was too slow for its alarms: the screen connects again immediately and gets a snapshot of
   * everything.
   */
  resync: 4002,
  /** The screen sent a message that is not valid, or it sent no `Watch` in time. */
  badMessage: 4003,
  /** The account may not see this ward or patient. */
  notAllowed: 4004,
  /**
   * The server is starting. Or Kafka is away, so the server cannot write the screen's look into the audit trail. The
   * screen tries again after a few seconds.
   */
  unavailable: 4005,
  /**
   * The screen sent too many messages. Or the account or the server has too many live connections, and a newer screen
   * replaced this screen. The screen waits a minute before the next try.
   */
  tooMany: 4006,
} as const;
