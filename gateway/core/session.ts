/** A session: the state that outlives a connection (MQTT 5 section 4.1). */

export type Will = {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  /** Will Delay Interval, MQTT 5; 0 in 3.1.1. */
  readonly delayMs: number;
};

export type SessionState = {
  readonly clientId: string;
  readonly deviceId: string;
  /** Whether the client has the only subscription that is possible. */
  inboxSubscribed: boolean;
  /** How long it outlives its connection; 0: it ends with it. */
  expiryMs: number;
};

/** The Session Expiry Interval of a session that never ends [MQTT-3.1.2-23]. All of ours end. */
const neverS = 0xffffffff;

/**
 * Returns how long a session outlives its connection.
 * @param expiryS Session Expiry Interval of MQTT 5, undefined if absent (0); in 3.1.1 `clean` decides [MQTT-3.1.2-4].
 */
export function sessionExpiryMs(
  version: 4 | 5,
  clean: boolean,
  expiryS: number | undefined,
  expiryMaxMs: number,
): number {
  if (version === 4) return clean ? 0 : expiryMaxMs;
  const asked = expiryS ?? 0;
  return asked === neverS ? expiryMaxMs : Math.min(asked * 1000, expiryMaxMs);
}

/**
 * Returns the Keep Alive, in ms, to which the server holds the client. 0 (off) and values above the maximum become the maximum: a bedside
 * device that falls silent must be noticed. MQTT 5 has a field for this (Server Keep Alive, [MQTT-3.2.2-21]); in 3.1.1 a server may
 * close an idle connection at any time (section 3.1.2.10).
 */
export function keepAliveMs(askedS: number, maxS: number): { readonly ms: number; readonly changed: boolean } {
  const changed = askedS === 0 || askedS > maxS;
  return { ms: (changed ? maxS : askedS) * 1000, changed };
}

/** The server closes the connection after one and a half times the Keep Alive without a packet [MQTT-3.1.2-22]. */
export const keepAliveFactor = 1.5;
