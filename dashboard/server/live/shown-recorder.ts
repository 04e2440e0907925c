/**
 * Writes into the log when the screens of each person first painted and sounded each alarm, as their pages reported.
 * The explanations of alarms use these records. No other work waits for these records: if Kafka is slow, entries are
 * left out and counted.
 */
import type { Logger } from 'pino';
import { type AlarmsShown, type ShownAlarm, shownAlarmsMax } from '../../../contracts/messages/alarms-shown.ts';
import { bodyFault } from '../../../contracts/messages/check.ts';
import { contentTypes } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import { runEvery } from '../../../process/timer-tasks.ts';
import type { FirstConfirmation } from '../core/confirmations.ts';

/** Shortest time between two records. */
export const writeEveryMs = 1_000;
/** Maximum number of entries that wait. If there are more, new entries are left out and counted. */
export const waitingMax = 5_000;
/**
 * Maximum number of remembered entries. There is one entry for each person, alarm and way (painted or sounded). Above
 * this number, the oldest entry is forgotten, and may be written again.
 */
const rememberedMax = 50_000;

export type ShownRecorder = {
  /** Notes which alarms a screen of the person painted or sounded for the first time. */
  note(person: { readonly userId: string; readonly name: string }, confirmations: readonly FirstConfirmation[]): void;
  /** Returns the number of entries that were left out since the start. */
  leftOut(): number;
  close(): Promise<void>;
};

export function createShownRecorder(
  sealedLog: Pick<SealedLog, 'append' | 'boot'>,
  { now, logger }: { readonly now: () => number; readonly logger: Logger },
): ShownRecorder {
  const remembered = new Set<string>();
  let waiting: ShownAlarm[] = [];
  let leftOut = 0;
  let busy = false;

  function note({ userId, name }: Parameters<ShownRecorder['note']>[0], confirmations: readonly FirstConfirmation[]) {
    for (const { alarm, what, atMs } of confirmations) {
      const key = `${what} ${alarm.alarmId} ${userId}`;
      if (remembered.has(key)) continue;
      remembered.add(key);
      if (remembered.size > rememberedMax) remembered.delete(remembered.values().next().value!);
      const entry = { alarmId: alarm.alarmId, userId, name, way: what, atMs: Math.max(0, Math.round(atMs)) };
      // One entry that does not fit would keep all other entries of its record out of the log.
      if (waiting.length >= waitingMax || !fits(entry)) leftOut += 1;
      else waiting.push(entry);
    }
  }

  const fits = (entry: ShownAlarm) =>
    bodyFault(contentTypes.alarmsShown, { at: formatInstant(now()), shown: [entry] }) === undefined;

  async function write(): Promise<void> {
    // Only one write at a time, so that no writes wait in a queue while Kafka is away.
    if (busy || waiting.length === 0) return;
    busy = true;
    const shown = waiting.slice(0, shownAlarmsMax);
    waiting = waiting.slice(shownAlarmsMax);
    const record: AlarmsShown = { at: formatInstant(now()), shown };
    try {
      await sealedLog.append('delivery-commands', sealedLog.boot, contentTypes.alarmsShown, record);
    } catch (error) {
      leftOut += shown.length;
      const { code } = error as { code?: string };
      logger.warn({ code, count: shown.length }, 'the log does not know when these alarms were first painted');
    } finally {
      busy = false;
    }
  }

  const timer = runEvery('shown-alarms', writeEveryMs, () => write());
  return {
    note,
    leftOut: () => leftOut,
    async close() {
      clearInterval(timer);
      await Promise.race([write(), new Promise((done) => setTimeout(done, 1_000))]);
    },
  };
}
