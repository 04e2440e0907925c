/**
 * The outbox of a device: messages that the gateway has not acknowledged. Each kind of message has a maximum number. If
 * a further message of the kind comes, the oldest message is dropped. Statuses are sent first, then alarms, then
 * numerics, then waves. Messages of one kind are sent in the order of measurement.
 */
import { type DeviceTopicKind, deviceTopicKinds, forDeviceTopics } from '../../contracts/topics.ts';
import type { Message } from './replay.ts';

/**
 * Maximum number of messages of each kind: enough for an hour of numerics at 1 Hz, and for about two minutes of five
 * waves.
 */
const messagesMaxDefault: Readonly<Record<DeviceTopicKind, number>> = {
  status: 64,
  alerts: 64,
  observations: 3_600,
  waveforms: 1_200,
};

export type Outbox = {
  /** Adds a message. Returns false if the oldest message of this kind was dropped for the new message. */
  add(message: Message): boolean;
  /** Puts unacknowledged messages back in front of the other messages. Returns the number of dropped messages. */
  putBack(messages: readonly Message[]): number;
  /** Removes and returns the next message to send; undefined if no message waits. */
  take(): Message | undefined;
  readonly size: number;
};

export function createOutbox(messagesMax: Readonly<Record<DeviceTopicKind, number>> = messagesMaxDefault): Outbox {
  const queues = forDeviceTopics((): Message[] => []);
  return {
    add(message) {
      const queue = queues[message.kind];
      queue.push(message);
      if (queue.length <= messagesMax[message.kind]) return true;
      queue.shift();
      return false;
    },
    putBack(messages) {
      let dropped = 0;
      for (const kind of deviceTopicKinds) {
        const queue = queues[kind];
        queue.unshift(...messages.filter((message) => message.kind === kind));
        dropped += queue.splice(0, Math.max(0, queue.length - messagesMax[kind])).length;
      }
      return dropped;
    },
    take() {
      return queues.status.shift() ?? queues.alerts.shift() ?? queues.observations.shift() ?? queues.waveforms.shift();
    },
    get size() {
      return deviceTopicKinds.reduce((sum, kind) => sum + queues[kind].length, 0);
    },
  };
}
