/**
 * QoS 2 exchanges of the receiver (MQTT 5 section 4.3.3, method A of 3.1.1): by packet id, from PUBLISH until PUBREL. They belong to the
 * session and outlive the connection, so that a repeated packet is not appended twice [MQTT-4.3.3-10].
 */
export type Exchange<Outcome> = {
  /** `appending`: not yet in Kafka, no PUBREC yet. `received`: PUBREC was sent or may be; PUBREL is awaited. */
  state: 'appending' | 'received';
  /** Callbacks that wait for the append: one for each repeated PUBLISH of this id. */
  waiting: ((outcome: Outcome) => void)[];
};

export type Exchanges<Outcome> = Map<number, Exchange<Outcome>>;

export type PublishStep<Outcome> =
  /** The first time: append it. */
  | { readonly step: 'append'; readonly exchange: Exchange<Outcome> }
  /** A repeat while the first is on its way to Kafka: share its outcome. */
  | { readonly step: 'share'; readonly exchange: Exchange<Outcome> }
  /** A repeat after PUBREC: send PUBREC once more. */
  | { readonly step: 'repeat' };

/** Takes a QoS 2 PUBLISH. The caller limits the number of open exchanges (Receive Maximum). */
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
 * Ends the append of an exchange. `refused` (PUBREC with an error code) ends the exchange and frees its id [MQTT-4.3.3-9]. After
 * `failed` the device sends the message again and it is appended anew.
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

/** Takes a PUBREL: the exchange ends [MQTT-4.3.3-11]. A PUBREL before its PUBREC is a violation. */
export function releaseExchange<Outcome>(exchanges: Exchanges<Outcome>, packetId: number): ReleaseStep {
  const exchange = exchanges.get(packetId);
  if (exchange === undefined) return 'not-found';
  if (exchange.state === 'appending') return 'too-early';
  exchanges.delete(packetId);
  return 'complete';
}
