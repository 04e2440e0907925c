/**
 * Lets the delivery process try an entry: the entry is written again with the time of the test, and the delivery process then sends a canary at once,
 * over its own network and with its own settings. The results of the canary come back in the topic `deliveries`.
 */
import type { ReachEnded, ReachSeen } from '../../../contracts/messages/deliveries.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import { contentTypes } from '../../../contracts/messages/records.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { OperatorContext } from '../../operator-context.ts';
import { addressText, entryOf, readEntries, writeEntry } from './entries.ts';

/** How long the command waits for each step, ms (ours): a canary ends after 10 s, and a phone may need some seconds more. */
export const stepMsMax = 30_000;

/** The furthest confirmation of a canary in each channel (docs/integrator.md, "What each channel confirms"). */
const furthest = { push: 'on-device', mail: 'sent', webhook: 'taken' } as const;
const stageTexts: Readonly<Record<string, string>> = {
  sent: 'The mail server has accepted the connection and the login. A canary sends no mail.',
  taken: 'The other side has taken the canary.',
  'on-device': 'The device has confirmed the canary.',
  painted: 'The device has confirmed the canary.',
};

type Finding = ReachSeen | ReachEnded;

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
  const findings = createFindings(reachId, nowMs);
  const table = await log.followTable(
    ['deliveries'],
    (read) => {
      if (read?.record.contentType === contentTypes.delivery) findings.take(read.record.body.event as Finding);
    },
    'end',
  );
  try {
    await table.ready;
    // Read again just before it is written, because the person may have removed or renewed it meanwhile.
    const entry = entryOf(await readEntries(context), reachId);
    await writeEntry(context, reachId, { ...entry, testedAt: formatInstant(nowMs) });
    say('1. Kafka has taken the entry.');
    const first = await findings.next(waitMs);
    if (first === undefined) {
      say(
        `2. Not confirmed: no delivery process has tried the entry within ${waitMs / 1_000} s. Check that it runs. If the other side had ended the address before (410), nothing is sent there any more: remove the entry and add it again.`,
      );
      return false;
    }
    if (first.type === 'reach-seen' && first.state === 'asked') {
      say(`2. The delivery process sends a canary to ${addressText(entry)}.`);
      return await sayResults(say, entry, findings, await findings.next(waitMs), waitMs);
    }
    return await sayResults(say, entry, findings, first, waitMs);
  } finally {
    await table.close();
  }
}

async function sayResults(
  say: (line: string) => void,
  entry: ReachEntry,
  findings: ReturnType<typeof createFindings>,
  result: Finding | undefined,
  waitMs: number,
): Promise<boolean> {
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
  const further = await findings.next(waitMs);
  if (further?.type === 'reach-seen' && further.state === 'reached' && further.stage !== undefined) {
    say(`4. ${stageTexts[further.stage] ?? further.stage}`);
    return true;
  }
  say(`4. Not confirmed: the device has not answered within ${waitMs / 1_000} s. It may be off or asleep.`);
  return false;
}

/** Collects the results of the canaries of one entry after a given time. */
function createFindings(reachId: string, sinceMs: number) {
  const found: Finding[] = [];
  let wake: (() => void) | undefined;
  return {
    take(event: Finding): void {
      const isAbout = event.type === 'reach-seen' || event.type === 'reach-ended';
      // The clocks of two machines may differ by some seconds.
      if (!isAbout || event.reachId !== reachId || event.atMs < sinceMs - 5_000) return;
      found.push(event);
      wake?.();
    },
    /** Resolves with the next result; undefined after the wait. */
    async next(waitMs: number): Promise<Finding | undefined> {
      if (found.length === 0)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, waitMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      wake = undefined;
      return found.shift();
    },
  };
}
