/**
 * Makes the delay chain of an alarm: when each step from the patient to the person happened, and how long it took. A step that the log does
 * not show is not known; it is never guessed.
 */
import { parseInstant } from '../time.ts';
import { type History, hasAllRevisions } from './history.ts';
import type { AlarmRecords, ReadingTimes } from './records.ts';

/** The steps, in the order of the chain. */
export const stepNames = [
  'onset',
  'determined',
  'received',
  'logged',
  'raised',
  'published',
  'painted',
  'asked',
  'answered',
  'resolved',
  'cleared',
] as const;
export type StepName = (typeof stepNames)[number];

/** `none`: the log shows that the step did not happen (so far). */
export type StepTime =
  | { readonly kind: 'at'; readonly atMs: number }
  | { readonly kind: 'none' }
  | { readonly kind: 'not-known' };

export type Step = {
  readonly name: StepName;
  readonly time: StepTime;
  /** Time since the step before, ms. Undefined if one of the two times is not known. Negative if two clocks differ. */
  readonly sinceBeforeMs: number | undefined;
  /** Time since the engine raised the alarm, ms; undefined if it is not known. */
  readonly sinceRaisedMs: number | undefined;
};

/** IEC 60601-1-8 splits the time from the patient to the signal. A delay that is not known is undefined. All are in ms. */
export type Delays = {
  /** From the onset (device time) until the engine raised the alarm. It includes the delay that the limit profile asks for. */
  readonly generationOfConditionMs: number | undefined;
  /** From the raise until the event was in the log. */
  readonly raisedToLogMs: number | undefined;
  /** From the log until a screen had painted the alarm. The log does not have this time. */
  readonly logToPaintedMs: undefined;
};

export type DelayChain = { readonly steps: readonly Step[]; readonly delays: Delays };

const notKnown: StepTime = { kind: 'not-known' };
const none: StepTime = { kind: 'none' };
const at = (atMs: number | undefined): StepTime => (atMs === undefined ? notKnown : { kind: 'at', atMs });

export function delayChainOf(records: AlarmRecords, history: History): DelayChain {
  const times = stepTimesOf(records, history);
  const timeOf = (name: StepName) => msOf(times[name]);
  const steps = stepNames.map((name, index): Step => {
    const time = times[name];
    const beforeName = stepNames.slice(0, index).findLast((earlier) => times[earlier].kind !== 'none');
    return {
      name,
      time,
      sinceBeforeMs: differenceMs(msOf(time), beforeName === undefined ? undefined : timeOf(beforeName)),
      sinceRaisedMs: differenceMs(msOf(time), timeOf('raised')),
    };
  });
  const delays = {
    generationOfConditionMs: differenceMs(timeOf('raised'), timeOf('onset')),
    raisedToLogMs: differenceMs(timeOf('published'), timeOf('raised')),
    logToPaintedMs: undefined,
  };
  return { steps, delays };
}

function stepTimesOf(records: AlarmRecords, history: History): Record<StepName, StepTime> {
  const { first, raisedMs } = history;
  const reading = determiningReading(records, history);
  return {
    onset: at(parseInstant(first.onsetAt)),
    determined: at(parseInstant(first.determinedAt)),
    received: at(reading?.receivedMs),
    logged: at(reading?.appendedMs),
    raised: at(raisedMs),
    published: at(publishedMs(records)),
    painted: notKnown,
    ...acknowledgementTimes(records, history),
    resolved: eventTime(history, 'resolved'),
    cleared: eventTime(history, 'cleared'),
  };
}

/**
 * Returns the reading at whose device time the delay of the condition had passed: the first record of it in the log. Undefined if records
 * of readings are missing, because then an earlier record of the same reading may be among the missing ones.
 */
export function determiningReading(
  { observations }: AlarmRecords,
  { first }: Pick<History, 'first'>,
): ReadingTimes | undefined {
  const { code } = first;
  if (!observations.isWhole || code === undefined) return undefined;
  const determinedMs = parseInstant(first.determinedAt);
  return observations.readings.find(({ measuredMs, codes }) => measuredMs === determinedMs && codes.includes(code));
}

/** Returns when the first event about the alarm was in the log; undefined if an earlier one may be missing. */
function publishedMs({ alarmId, alarms }: AlarmRecords): number | undefined {
  return alarms.isWhole ? alarms.events.find(({ body }) => body.alarm.alarmId === alarmId)?.appendedMs : undefined;
}

/** Returns when the first acknowledgement that counted was asked for, and when the engine accepted it. */
function acknowledgementTimes(
  { alarms }: AlarmRecords,
  { events, isComplete }: History,
): { asked: StepTime; answered: StepTime } {
  const index = events.findIndex(({ body }) => body.type === 'acknowledged');
  if (index < 0) return isComplete ? { asked: none, answered: none } : { asked: notKnown, answered: notKnown };
  // An acknowledgement before this one may be among the missing revisions.
  if (!hasAllRevisions(events.slice(0, index + 1))) return { asked: notKnown, answered: notKnown };
  const { at: answeredAt, alarm } = events[index]!.body;
  return {
    asked: at(alarm.acknowledgedAt === undefined ? undefined : parseInstant(alarm.acknowledgedAt)),
    answered: alarms.isWhole ? at(parseInstant(answeredAt)) : notKnown,
  };
}

/** Returns the engine's time of the last event of a type. */
function eventTime({ events, isComplete }: History, type: 'resolved' | 'cleared'): StepTime {
  if (!isComplete) return notKnown;
  const event = events.findLast(({ body }) => body.type === type);
  return event === undefined ? none : at(parseInstant(event.body.at));
}

export function msOf(time: StepTime): number | undefined {
  return time.kind === 'at' ? time.atMs : undefined;
}

function differenceMs(laterMs: number | undefined, earlierMs: number | undefined): number | undefined {
  return laterMs === undefined || earlierMs === undefined ? undefined : laterMs - earlierMs;
}
