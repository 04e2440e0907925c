/**
 * Lets the delivery process try an entry. The command writes the entry again with the time of the test. The delivery
 * process then sends a canary at once, over its own network and with its own settings. The results of the canary come
 * back in the topic `deliveries`.
 */
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import { contentTypes } from '../../../contracts/messages/records.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { OperatorContext } from '../../operator-context.ts';
import { createCanaryWatch } from './canary-watch.ts';
import { addressText, entryOf, readEntries, writeEntry } from './entries.ts';

/**
 * How long the command waits for each step, ms (ours): a canary ends after 10 s, and a phone may need some seconds
 * more.
 */
export const stepMsMax = 30_000;

/** The furthest confirmation of a canary in each channel (docs/integrator.md, "What each channel confirms"). */
const furthest = { push: 'on-device', mail: 'sent', webhook: 'taken' } as const;
const stageTexts: Readonly<Record<string, string>> = {
  sent: 'The mail server has accepted the connection and the login. A canary sends no mail.',
  taken: 'The other side has taken the canary.',
  'on-device': 'The device has confirmed the canary.',
  painted: 'The device has confirmed the canary.',
};

/**
 * Tries the entry, and prints what each step has confirmed. Returns whether the address was reached.
 * @throws VigilError `not-found` if the entry was removed
 */
export async function tryEntry(
  context: OperatorContext,
  reachId: string,
  nowMs: number,
  waitMs: number = stepMsMax,
): Promise<boolean> {
  const { log, say } = context;
  const testedAt = formatInstant(nowMs);
  const watch = createCanaryWatch(reachId, testedAt);
  const table = await log.followTable(
    ['deliveries', 'reach'],
    (read, { topic, key }) => {
      const record = read?.record;
      if (record?.contentType === contentTypes.delivery) watch.takeEvent(record.body.event);
      else if (topic === 'reach' && key === reachId)
        watch.takeEntry(record?.contentType === contentTypes.reach ? record.body : null);
    },
    'end',
  );
  try {
    await table.ready;
    // The entry is read again just before it is written, because the person may have removed or renewed it meanwhile.
    const entry = entryOf(await readEntries(context), reachId);
    await writeEntry(context, reachId, { ...entry, testedAt });
    say('1. Kafka has taken the entry.');
    const first = await watch.asked(waitMs);
    if (first === undefined) {
      say(`2. Not confirmed: ${watch.isOverwritten() ? overwrittenText : silentText(waitMs)}`);
      return false;
    }
    if (first.type === 'reach-seen') say(`2. The delivery process sends a canary to ${addressText(entry)}.`);
    return await sayResults(say, entry, watch, waitMs);
  } finally {
    await table.close();
  }
}

const overwrittenText = 'somebody has changed or removed the entry during the test. Run the test again.';
const silentText = (waitMs: number) =>
  `no delivery process has tried the entry within ${waitMs / 1_000} s. Check that it runs, and that its clock agrees with the clock of this machine. If the other side had ended the address before (410), nothing is sent there any more: remove the entry and add it again.`;

async function sayResults(
  say: (line: string) => void,
  entry: ReachEntry,
  watch: ReturnType<typeof createCanaryWatch>,
  waitMs: number,
): Promise<boolean> {
  const result = await watch.result(waitMs);
  if (result === undefined) {
    say(`3. Not confirmed: nothing has come back within ${waitMs / 1_000} s.`);
    return false;
  }
  if (result.type === 'reach-ended') {
    say(`3. The address has ended, and nothing is sent there any more: ${visibleText(result.reason)}`);
    return false;
  }
  if (result.state !== 'reached') {
    say(`3. Not reached: ${visibleText(result.reason ?? 'Nothing came back.')}`);
    return false;
  }
  const { stage = 'sent' } = result;
  say(`3. ${stageTexts[stage] ?? stage}`);
  if (stage === furthest[entry.channel] || stage === 'painted') return true;
  const further = await watch.furtherStage(stage, waitMs);
  if (further !== undefined) {
    say(`4. ${stageTexts[further] ?? further}`);
    return true;
  }
  say(`4. Not confirmed: the device has not answered within ${waitMs / 1_000} s. It may be off or asleep.`);
  return false;
}
