/** Sends one message to all addresses of a person in one channel. */
import { secondMs } from '../../../contracts/durations.ts';
import { type ReceiptStage, receiptStages } from '../../../contracts/messages/deliveries.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import type { Channel, SendResult } from './channel.ts';

/**
 * How long the slower addresses are waited for after one was reached, ms (ours). The process must know within 5 s that the message has left, and then
 * it ends the other tries.
 */
const graceMs = 3 * secondMs;

/** A result for the person; an entry that has ended counts as a permanent failure. */
export type PersonResult = Exclude<SendResult, { readonly kind: 'ended' }>;

/**
 * Sends to all entries beside each other. Resolves when all have answered, or some seconds after the first of them was reached, so that a hanging phone
 * does not hide that another one was reached. A failure is transient if any of the entries may still work, otherwise permanent.
 * @param onEnded called for each entry of which the service says that it does not exist any more
 */
export function sendToPerson(
  entries: readonly ReachEntry[],
  send: (entry: ReachEntry) => Promise<SendResult>,
  onEnded: (entry: ReachEntry, reason: string) => void,
): Promise<PersonResult> {
  return new Promise((resolve) => {
    const results: SendResult[] = [];
    let timer: NodeJS.Timeout | undefined;
    const finish = () => {
      clearTimeout(timer);
      resolve(bestOf(results));
    };
    const take = (entry: ReachEntry, result: SendResult) => {
      if (result.kind === 'ended') onEnded(entry, result.reason);
      results.push(result);
      if (results.length === entries.length) finish();
      else if (result.kind === 'reached') timer ??= setTimeout(finish, graceMs);
    };
    if (entries.length === 0) finish();
    for (const entry of entries) void send(entry).then((result) => take(entry, result));
  });
}

/** Returns the furthest stage that was reached; if none was, one failure for all. */
export function bestOf(results: readonly SendResult[]): PersonResult {
  const reached = results.flatMap((result) => (result.kind === 'reached' ? [result] : []));
  const [first] = reached;
  if (!first) return commonFailure(results);
  return reached.reduce((best, one) => (rankOf(one.stage) > rankOf(best.stage) ? one : best), first);
}

const rankOf = (stage: ReceiptStage) => receiptStages.indexOf(stage);

/** Returns one result for several failures. */
function commonFailure(failures: readonly SendResult[]): PersonResult {
  for (const failure of failures) if (failure.kind === 'failed' && failure.class === 'transient') return failure;
  const [first] = failures;
  const reason = first && first.kind !== 'reached' ? first.reason : 'The person has no address in this channel.';
  return { kind: 'failed', class: 'permanent', reason };
}

/** Returns whether no entry of a person works now, as far as the breakers know. */
export function isChannelDown(channel: Channel, entries: readonly ReachEntry[]): boolean {
  return entries.every((entry) => channel.isDown?.(entry) ?? false);
}
