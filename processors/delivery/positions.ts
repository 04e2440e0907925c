/** The next offsets to read of the inputs. They only go forward: a record that comes again must not move them back. */
import type { DeliveryPositions } from '../../contracts/messages/delivery-progress.ts';

/** The position after a record. */
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
    /** Moves the position to `next` if that is further. */
    move({ topic, partition, next }: From): void {
      const position = topic === 'alarms' ? current.alarms[partition] : current.commands;
      if (position !== undefined && next <= BigInt(position)) return;
      if (topic === 'alarms') current.alarms[partition] = String(next);
      else current.commands = String(next);
    },
  };
}
