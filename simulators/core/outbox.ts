/**
 * Messages that a device has measured and the gateway has not acknowledged, as bedside devices keep them. Each kind is bounded, and its
 * oldest message is dropped first. Status is sent before alarms, numerics and waves; each kind in the order of measurement.
 */
import { type DeviceTopicKind, deviceTopicKinds, forDeviceTopics } from '../../contracts/topics.ts';
import type { Message } from './replay.ts';

/** An hour of numerics at 1 Hz, and about two minutes of five waves. */
const outboxMax: Readonly<Record<DeviceTopicKind, number>> = {
  status: 64,
  alerts: 64,
  observations: 3_600,
  waveforms: 1_200,
};

export type Outbox = {
  /** Adds a message at the end of its kind. Returns false if that pushed the oldest out. */
  add(message: Message): boolean;
  /** Puts sent but unacknowledged messages back to the front, in order. Returns how many of the oldest were dropped. */
  putBack(messages: readonly Message[]): number;
  /** Takes the next message to send; undefined if no message waits. */
  take(): Message | undefined;
  readonly size: number;
};

export function outbox(max: Readonly<Record<DeviceTopicKind, number>> = outboxMax): Outbox {
  const queues = forDeviceTopics((): Message[] => []);
  return {
    add(message) {
      const queue = queues[message.kind];
      queue.push(message);
      if (queue.length <= max[message.kind]) return true;
      queue.shift();
      return false;
    },
    putBack(messages) {
      let dropped = 0;
      for (const kind of deviceTopicKinds) {
        const queue = queues[kind];
        queue.unshift(...messages.filter((message) => message.kind === kind));
        dropped += queue.splice(0, Math.max(0, queue.length - max[kind])).length;
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
