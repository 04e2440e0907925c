/**
 * Keeps the QoS 2 exchanges of a session by packet id, from PUBLISH until PUBREL (MQTT 5 section 4.3.3, method B of
 * 3.1.1). The exchanges outlive the connection. So if the client sends a packet again, the packet is not appended twice
 * [MQTT-4.3.3-10].
 */
export type Exchange<Outcome> = {
  /**
   * `appending`: Kafka has not answered yet. `received`: Kafka has the message, or a message of MQTT 3.1.1 was refused;
   * PUBREC may be sent, and the client must send PUBREL.
   */
  state: 'appending' | 'received';
  /** One callback for each PUBLISH that repeated this packet id before Kafka answered. */
  waiting: ((outcome: Outcome) => void)[];
};

export type Exchanges<Outcome> = Map<number, Exchange<Outcome>>;

export type PublishStep<Outcome> =
  /** The packet id is new: append the message. */
  | { readonly step: 'append'; readonly exchange: Exchange<Outcome> }
  /** Kafka has not answered the first PUBLISH yet: wait for its outcome. */
  | { readonly step: 'share'; readonly exchange: Exchange<Outcome> }
  /** The exchange is `received` already: send PUBREC once more. */
  | { readonly step: 'repeat' };

/**
 * Notes a QoS 2 PUBLISH and returns the next step for this PUBLISH. The caller limits the number of open exchanges
 * (Receive Maximum, `exchangesMax`).
 */
export function beginExchange<Outcome>(exchanges: Exchanges<Outcome>, packetId: number): PublishStep<Outcome> {
  const existing = exchanges.get(packetId);
  if (existing?.state === 'received') return { step: 'repeat' };
  if (existing) return { step: 'share', exchange: existing };
  const exchange: Exchange<Outcome> = { state: 'appending', waiting: [] };
  exchanges.set(packetId, exchange);
  return { step: 'append', exchange };
}

export type AppendResult = 'received' | 'refused' | 'failed';

/**
 * Notes the result of the append and calls the waiting callbacks. `refused` (PUBREC with an error code) ends the
 * exchange and frees its packet id [MQTT-4.3.3-9]. `failed` ends the exchange too: the device sends the message again,
 * and the gateway appends it again.
 */
export function settleExchange<Outcome>(
  exchanges: Exchanges<Outcome>,
  packetId: number,
  exchange: Exchange<Outcome>,
  result: AppendResult,
  outcome: Outcome,
): void {
  if (result === 'received') exchange.state = 'received';
  else if (exchanges.get(packetId) === exchange) exchanges.delete(packetId);
  for (const resolve of exchange.waiting.splice(0)) resolve(outcome);
}

export type ReleaseStep = 'complete' | 'not-found' | 'too-early';

/**
 * Ends an exchange by its PUBREL [MQTT-4.3.3-11]. `too-early`: the gateway has not sent PUBREC yet, so PUBREL is a
 * violation.
 */
export function releaseExchange<Outcome>(exchanges: Exchanges<Outcome>, packetId: number): ReleaseStep {
  const exchange = exchanges.get(packetId);
  if (exchange === undefined) return 'not-found';
  if (exchange.state === 'appending') return 'too-early';
  exchanges.delete(packetId);
  return 'complete';
}
