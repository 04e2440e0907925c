/**
 * Keeps the acknowledgements of one connection in the order of its packets [MQTT-4.6.0-2] [MQTT-4.6.0-3]. Kafka may
 * answer out of order. The functions change the queue in place, because they run for every packet.
 */
export type AckKind = 'puback' | 'pubrec';

export type Ack = {
  readonly kind: AckKind;
  readonly packetId: number;
  /** Time at which the last byte of the PUBLISH came, ms of the monotonic clock. */
  readonly receivedMs: number;
  /** Undefined until Kafka has answered. */
  reasonCode: number | undefined;
  reasonString: string | undefined;
};

/** The entries of `waiting` from the index `head` to the end are the acknowledgements that are not sent yet. */
export type AckQueue = { waiting: Ack[]; head: number };

export function emptyAckQueue(): AckQueue {
  return { waiting: [], head: 0 };
}

/** Adds a packet that must be acknowledged. The caller limits the number of packets in the queue (Receive Maximum). */
export function expectAck(queue: AckQueue, kind: AckKind, packetId: number, receivedMs: number): Ack {
  const ack: Ack = { kind, packetId, receivedMs, reasonCode: undefined, reasonString: undefined };
  queue.waiting.push(ack);
  return ack;
}

/**
 * Removes and returns the acknowledgements that may be sent now: the acknowledgements with a reason code at the front
 * of the queue.
 */
export function takeReadyAcks(queue: AckQueue): Ack[] {
  const start = queue.head;
  let end = start;
  while (end < queue.waiting.length && queue.waiting[end]!.reasonCode !== undefined) end += 1;
  if (end === start) return [];
  const ready = queue.waiting.slice(start, end);
  if (end === queue.waiting.length) {
    queue.waiting = [];
    queue.head = 0;
  } else if (end > 256) {
    // A copy of the array for each acknowledgement would take quadratic time. So the array is copied only after 256
    // acknowledgements.
    queue.waiting = queue.waiting.slice(end);
    queue.head = 0;
  } else {
    queue.head = end;
  }
  return ready;
}

export function countUnsentAcks(queue: AckQueue): number {
  return queue.waiting.length - queue.head;
}
