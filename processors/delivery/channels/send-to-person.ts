/** Sends one message to all addresses of a person in one channel. */
import { secondMs } from '../../../contracts/durations.ts';
import { type ReceiptStage, receiptStages } from '../../../contracts/messages/deliveries.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import type { Channel, SendResult } from './channel.ts';

/** After the first address was reached, the other addresses have this much time, ms (ours). */
const graceMs = 3 * secondMs;
/**
 * If an address was reached, the result is reported at most this long after the beginning, ms (ours). The next person
 * is called if the process does not know after 5 s (`confirmMs`) that the message has left.
 */
const reportMsMax = 4.5 * secondMs;

const failedCode: SendResult = {
  kind: 'failed',
  class: 'transient',
  reason: 'The channel failed unexpectedly.',
};

/** The result for the person. An entry that has ended counts as a permanent failure. */
export type PersonResult = Exclude<SendResult, { readonly kind: 'ended' }>;

/**
 * Sends to all entries at the same time. Resolves when all entries have a result, or some seconds after the first
 * address was reached. So a phone that hangs does not hide the success at another phone. A failure is transient if any
 * entry may still work, otherwise permanent.
 * @param onEnded called for each entry that its service reports as ended
 */
export function sendToPerson(
  entries: readonly ReachEntry[],
  send: (entry: ReachEntry) => Promise<SendResult>,
  onEnded: (entry: ReachEntry, reason: string) => void,
): Promise<PersonResult> {
  return new Promise((resolve) => {
    const results: SendResult[] = [];
    const beganMs = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const finish = () => {
      clearTimeout(timer);
      resolve(bestOf(results));
    };
    const take = (entry: ReachEntry, result: SendResult) => {
      if (result.kind === 'ended') onEnded(entry, result.reason);
      results.push(result);
      if (results.length === entries.length) finish();
      else if (result.kind === 'reached') {
        const leftMs = reportMsMax - (performance.now() - beganMs);
        timer ??= setTimeout(finish, Math.max(0, Math.min(graceMs, leftMs)));
      }
    };
    if (entries.length === 0) finish();
    // An error about one address must not keep the message from the other addresses.
    for (const entry of entries)
      void Promise.try(() => send(entry)).then(
        (result) => take(entry, result),
        () => take(entry, failedCode),
      );
  });
}

/** Returns the furthest stage that any entry reached; if all entries failed, one failure for all. */
export function bestOf(results: readonly SendResult[]): PersonResult {
  const reached = results.flatMap((result) => (result.kind === 'reached' ? [result] : []));
  const [first] = reached;
  if (!first) return commonFailure(results);
  return reached.reduce((best, result) => (rankOf(result.stage) > rankOf(best.stage) ? result : best), first);
}

const rankOf = (stage: ReceiptStage) => receiptStages.indexOf(stage);

/** Returns one result for several failures. */
function commonFailure(failures: readonly SendResult[]): PersonResult {
  for (const failure of failures) if (failure.kind === 'failed' && failure.class === 'transient') return failure;
  const [first] = failures;
  const reason = first && first.kind !== 'reached' ? first.reason : 'The person has no address in this channel.';
  return { kind: 'failed', class: 'permanent', reason };
}

/**
 * Returns whether the channel does not work for a person now, because the breakers of all entries of the person are
 * open.
 */
export function isChannelDown(channel: Channel, entries: readonly ReachEntry[]): boolean {
  return entries.every((entry) => channel.isDown?.(entry) ?? false);
}
