/**
 * Explains an alarm from the log, for the page "Why did nobody come?". Because an explanation reads many records, the
 * server makes at most two explanations at the same time, pauses for other work, and stops reading when the browser
 * closes the request.
 */
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { type Explanation, explain } from '../../contracts/explain/explain.ts';
import { withoutValues } from '../../contracts/explain/without-values.ts';
import { type FoundAlarm, findAlarms, findPlaces, type Place } from '../../log/explain/search.ts';
import { readRecords } from '../../log/explain/sources.ts';
import type { ReadContext } from '../../log/explain/span.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { createWorkPause } from '../../process/work-pause.ts';
import { createSlots } from './core/slots.ts';

/** Maximum number of explanations that are made at the same time, for all accounts and for one account (ours). */
const bounds = { atOnceMax: 2, atOncePerKeyMax: 1, waitingMax: 8, waitingPerKeyMax: 1 } as const;
/**
 * Longest time of reading for one explanation. After this time, the request fails (ours). The command `vigil explain`
 * has no such limit.
 */
const readMsMax = 60_000;

/** Throws if the person may not see the explanation. If the person may see it, writes the look into the audit trail. */
export type Admit = (found: FoundAlarm | undefined, place: Place) => Promise<{ readonly maySeeValues: boolean }>;

const noPlace: Place = { ward: undefined, bed: undefined, patientId: undefined };

export type Explainer = {
  /**
   * Explains an alarm. Before `admit` is called, only records that are needed to find the ward are read.
   * @param closed a signal that is aborted when nobody waits for the answer any more
   * @throws VigilError `rate-limited` if too many explanations wait; `log-unavailable` if the reading takes too long or
   * the events cannot be read; `conflict` if the page was closed; and the errors of `admit`
   */
  explain(account: string, alarmId: string, admit: Admit, closed: AbortSignal): Promise<Explanation>;
};

export function createExplainer(
  log: SealedLog,
  { now, logger }: { readonly now: () => number; readonly logger: Logger },
): Explainer {
  const slots = createSlots(
    bounds,
    () => new VigilError('rate-limited', 'Too many explanations of alarms are being made: try again shortly.'),
  );

  async function read(alarmId: string, admit: Admit, signal: AbortSignal): Promise<Explanation> {
    const context: ReadContext = { log, logger, signal, pause: createWorkPause(), onBatch() {} };
    const nowMs = now();
    const found = (await findAlarms(context, alarmId, nowMs)).find(({ alarm }) => alarm.alarmId === alarmId);
    const places = found && (await findPlaces(context, [found], nowMs));
    const place = (found && places?.get(found.alarm.associationId)) ?? noPlace;
    const { maySeeValues } = await admit(found, place);
    if (found === undefined) throw new Error('The alarm was not found, but the request was not refused.');
    const records = await readRecords(context, found.alarm, place, nowMs);
    const explanation = explain(maySeeValues ? records : withoutValues(records));
    if (explanation === undefined)
      throw new VigilError('log-unavailable', 'The events of the alarm cannot be read: try again.');
    return explanation;
  }

  return {
    async explain(account, alarmId, admit, closed) {
      const controller = new AbortController();
      const tooLong = () =>
        controller.abort(
          new VigilError('log-unavailable', 'The log has too much to read: use npm run vigil -- explain.'),
        );
      const onClosed = () => controller.abort(new VigilError('conflict', 'The page that asked was closed.'));
      closed.addEventListener('abort', onClosed, { once: true });
      try {
        return await slots.run(account, async () => {
          if (closed.aborted) onClosed();
          const timer = setTimeout(tooLong, readMsMax);
          try {
            return await read(alarmId, admit, controller.signal);
          } finally {
            clearTimeout(timer);
          }
        });
      } finally {
        closed.removeEventListener('abort', onClosed);
      }
    },
  };
}
