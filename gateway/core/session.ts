/**
 * The state of a session, which outlives its connection (MQTT 5 section 4.1), and the times that a client may ask for.
 */

export type Will = {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  /** Will Delay Interval of MQTT 5; 0 in MQTT 3.1.1. */
  readonly delayMs: number;
};

export type SessionState = {
  readonly clientId: string;
  readonly deviceId: string;
  /** Whether the client has subscribed to its inbox. No other subscription is possible. */
  inboxSubscribed: boolean;
  /** Time for which the session outlives its connection; 0 if the session ends with its connection. */
  expiryMs: number;
};

/**
 * Session Expiry Interval with which a client asks for a session without end [MQTT-3.1.2-23]. Vigil uses the maximum
 * instead.
 */
const neverExpiresS = 0xffffffff;

/**
 * Returns the time for which a session outlives its connection, ms.
 * @param isClean Clean Session, which decides in MQTT 3.1.1 [MQTT-3.1.2-4]
 * @param expiryS Session Expiry Interval, which decides in MQTT 5; undefined means 0
 */
export function sessionExpiryMs(
  version: 4 | 5,
  isClean: boolean,
  expiryS: number | undefined,
  expiryMaxMs: number,
): number {
  if (version === 4) return isClean ? 0 : expiryMaxMs;
  const expiryAskedS = expiryS ?? 0;
  return expiryAskedS === neverExpiresS ? expiryMaxMs : Math.min(expiryAskedS * 1000, expiryMaxMs);
}

/**
 * Returns the Keep Alive that the gateway applies, ms. If the client asks for 0 (off) or for more than the maximum, the
 * gateway applies the maximum, because the gateway must notice a bedside device that stops sending. In MQTT 5 CONNACK
 * names the applied Keep Alive (Server Keep Alive, [MQTT-3.2.2-21]). In MQTT 3.1.1 a server may close an idle
 * connection at any time (section 3.1.2.10).
 */
export function keepAliveMs(askedS: number, maxS: number): { readonly ms: number; readonly changed: boolean } {
  const changed = askedS === 0 || askedS > maxS;
  return { ms: (changed ? maxS : askedS) * 1000, changed };
}

/** The gateway closes a connection if no packet comes for this many times the Keep Alive [MQTT-3.1.2-22]. */
export const keepAliveFactor = 1.5;
