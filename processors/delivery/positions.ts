/**
 * The next offset to read in each partition of the inputs. An offset never goes back, even if an older record comes
 * again.
 */
import type { DeliveryPositions } from '../../contracts/messages/delivery-progress.ts';

/** The offset after a record, with the topic and the partition of the record. */
export type From = {
  readonly topic: 'alarms' | 'delivery-commands';
  readonly partition: number;
  readonly next: bigint;
};

/** Creates positions that can be moved. `current` is changed in place. */
export function createPositions(begin: DeliveryPositions) {
  const current = { alarms: [...begin.alarms], commands: begin.commands };
  return {
    current,
    /** Moves the position to `next` if `next` is further. */
    move({ topic, partition, next }: From): void {
      const position = topic === 'alarms' ? current.alarms[partition] : current.commands;
      if (position !== undefined && next <= BigInt(position)) return;
      if (topic === 'alarms') current.alarms[partition] = String(next);
      else current.commands = String(next);
    },
  };
}
