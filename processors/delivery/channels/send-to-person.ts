/** Sends one message to all addresses of a person in one channel. */
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import type { Channel, SendResult } from './channel.ts';

/**
 * Sends to all entries beside each other, and resolves as soon as one of them is reached. Resolves to a failure only after all have failed: to a
 * transient one if any of them may still work, otherwise to a permanent one. The other sends go on: a message that has left for one phone does not
 * mean that the person carries this phone.
 * @param onEnded called for each entry of which the service says that it does not exist any more
 */
export function sendToPerson(
  entries: readonly ReachEntry[],
  send: (entry: ReachEntry) => Promise<SendResult>,
  onEnded: (entry: ReachEntry, reason: string) => void,
): Promise<SendResult> {
  return new Promise((resolve) => {
    const failures: SendResult[] = [];
    const finish = (entry: ReachEntry, result: SendResult) => {
      if (result.kind === 'reached') return resolve(result);
      if (result.kind === 'ended') onEnded(entry, result.reason);
      failures.push(result);
      if (failures.length === entries.length) resolve(commonFailure(failures));
    };
    if (entries.length === 0) resolve(commonFailure([]));
    for (const entry of entries) void send(entry).then((result) => finish(entry, result));
  });
}

/** Returns one result for several failures. */
export function commonFailure(failures: readonly SendResult[]): SendResult {
  const transient = failures.find((result) => result.kind === 'failed' && result.class === 'transient');
  if (transient) return transient;
  const [first] = failures;
  const reason = first && first.kind !== 'reached' ? first.reason : 'The person has no address in this channel.';
  return { kind: 'failed', class: 'permanent', reason };
}

/** Returns whether no entry of a person works now, as far as the breakers know. */
export function isChannelDown(channel: Channel, entries: readonly ReachEntry[]): boolean {
  return entries.every((entry) => channel.isDown?.(entry) ?? false);
}
