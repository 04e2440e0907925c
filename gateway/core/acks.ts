/**
 * Keeps acknowledgements in the order of the packets that they answer, in whatever order Kafka's lanes answer
 * [MQTT-4.6.0-2] [MQTT-4.6.0-3]. One connection owns these plain data, and the functions change them in place, because this is the
 * hottest path of the gateway.
 */
export type AckKind = 'puback' | 'pubrec';

export type Ack = {
  readonly kind: AckKind;
  readonly packetId: number;
  /** When the whole PUBLISH had come, by the clock that never jumps. */
  readonly receivedMs: number;
  /** Undefined while the reading is not in Kafka. */
  reasonCode: number | undefined;
  reasonString: string | undefined;
};

export type AckQueue = { waiting: Ack[]; head: number };

export function emptyAckQueue(): AckQueue {
  return { waiting: [], head: 0 };
}

/** Adds a packet that will be acknowledged. The caller limits their number (Receive Maximum). */
export function expectAck(queue: AckQueue, kind: AckKind, packetId: number, receivedMs: number): Ack {
  const ack: Ack = { kind, packetId, receivedMs, reasonCode: undefined, reasonString: undefined };
  queue.waiting.push(ack);
  return ack;
}

/** Takes the acknowledgements that may be sent now: all settled ones at the front. */
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
    // Sent entries are removed from time to time, not at each step: that would be quadratic.
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
