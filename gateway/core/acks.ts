/**
 * The order in which acknowledgements leave: that of the packets they answer, whatever order Kafka's lanes answer in
 * [MQTT-4.6.0-2] [MQTT-4.6.0-3]. Plain data that one connection owns and these functions change in place, since it is the
 * hottest path of the gateway.
 */
export type AckKind = 'puback' | 'pubrec';

export type Ack = {
  readonly kind: AckKind;
  readonly packetId: number;
  /** When its PUBLISH was here, by the clock that never jumps. */
  readonly receivedMs: number;
  /** Undefined while the reading is not in Kafka. */
  reasonCode: number | undefined;
  reasonString: string | undefined;
};

export type AckQueue = { waiting: Ack[]; head: number };

export function emptyAckQueue(): AckQueue {
  return { waiting: [], head: 0 };
}

/** A packet came that will be acknowledged. The caller bounds how many (Receive Maximum). */
export function expectAck(queue: AckQueue, kind: AckKind, packetId: number, receivedMs: number): Ack {
  const ack: Ack = { kind, packetId, receivedMs, reasonCode: undefined, reasonString: undefined };
  queue.waiting.push(ack);
  return ack;
}

/** Takes the acknowledgements that may leave now: all at the front that are settled. */
export function takeReadyAcks(queue: AckQueue): Ack[] {
  const from = queue.head;
  let to = from;
  while (to < queue.waiting.length && queue.waiting[to]!.reasonCode !== undefined) to += 1;
  if (to === from) return [];
  const ready = queue.waiting.slice(from, to);
  if (to === queue.waiting.length) {
    queue.waiting = [];
    queue.head = 0;
  } else if (to > 256) {
    // What has left is let go from time to time, not at each step: that would be quadratic.
    queue.waiting = queue.waiting.slice(to);
    queue.head = 0;
  } else {
    queue.head = to;
  }
  return ready;
}

export function acksWaiting(queue: AckQueue): number {
  return queue.waiting.length - queue.head;
}
