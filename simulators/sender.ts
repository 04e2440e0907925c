/**
 * Sends the messages of one device. Stores each message until the gateway has acknowledged it. On the next connection,
 * sends unacknowledged messages again, with their boot and seq.
 */
import type { Logger } from 'pino';
import type { Connection } from './connection.ts';
import type { Garbage } from './core/garbage.ts';
import { createOutbox } from './core/outbox.ts';
import type { Message } from './core/replay.ts';
import type { Counters } from './counters.ts';

export type Sender = {
  /**
   * Stores a message until it is acknowledged. If the memory is full, drops and counts the oldest message of this kind.
   */
  store(message: Message): void;
  /** Must be called when a connection is open. The gateway accepts at most `receiveMaximum` unacknowledged messages. */
  connectionOpened(connection: Connection, receiveMaximum: number): void;
  /**
   * Must be called when the connection has ended. Requeues in-flight messages ahead of new messages. Returns the number
   * of requeued messages.
   */
  connectionEnded(): number;
  /** Sends as many messages as may be in flight. */
  sendWaiting(): void;
  /** Sends garbage messages once. They are never sent again, because they are not readings. */
  sendGarbage(garbage: readonly Garbage[]): void;
  readonly connected: boolean;
  /** Number of stored messages that are not acknowledged. */
  readonly waiting: number;
};

/** Maximum number of unacknowledged messages in flight. The number is lower if the gateway accepts fewer messages. */
const ownInFlightMax = 64;

export function createSender(options: {
  readonly device: string;
  readonly waveQos: 0 | 1;
  readonly counters: Counters;
  readonly log: Logger;
}): Sender {
  const { counters, device, log, waveQos } = options;
  const outbox = createOutbox();
  const inFlight = new Set<Message>();
  const sentBefore = new WeakSet<Message>();
  let connection: Connection | undefined;
  let inFlightMax = 0;

  function count(message: Message): void {
    if (sentBefore.has(message)) counters.resent += 1;
    else if (message.repeat) counters.repeated += 1;
    else counters.published += 1;
    sentBefore.add(message);
  }

  function send(openConnection: Connection, message: Message): void {
    count(message);
    const qos = message.kind === 'waveforms' ? waveQos : 1;
    if (qos === 1) inFlight.add(message);
    openConnection.publish(message.topic, message.payload, qos, (refusal) => {
      inFlight.delete(message);
      if (refusal !== undefined) {
        counters.refused += 1;
        log.warn({ device, kind: message.kind, reasonCode: refusal }, 'message refused');
      } else if (qos === 1) counters.acknowledged += 1;
      sendWaiting();
    });
  }

  function sendWaiting(): void {
    while (connection && inFlight.size < inFlightMax) {
      const message = outbox.take();
      if (!message) return;
      send(connection, message);
    }
  }

  return {
    store(message) {
      if (!message.repeat) counters.measured += 1;
      if (!outbox.add(message)) counters.dropped += 1;
    },
    connectionOpened(openConnection, receiveMaximum) {
      connection = openConnection;
      // One place among the messages in flight stays free for garbage.
      inFlightMax = Math.max(1, Math.min(ownInFlightMax, receiveMaximum - 1));
    },
    connectionEnded() {
      const unacknowledged = inFlight.size;
      connection = undefined;
      counters.dropped += outbox.putBack([...inFlight]);
      inFlight.clear();
      return unacknowledged;
    },
    sendWaiting,
    sendGarbage(garbage) {
      for (const message of connection ? garbage : []) {
        counters.garbage += 1;
        connection?.publish(message.topic, message.payload, message.qos, (refusal) => {
          if (refusal !== undefined) counters.garbageRefused += 1;
        });
      }
    },
    get connected() {
      return connection !== undefined;
    },
    get waiting() {
      return outbox.size + inFlight.size;
    },
  };
}
