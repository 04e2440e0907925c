/**
 * Makes the delay chain of an alarm: when each step from the patient to the person happened, and how long the step
 * took. If the log does not show a step, the step is not known; this code never guesses.
 */
import type { ShownAlarm } from '../messages/alarms-shown.ts';
import type { ReceiptStage } from '../messages/deliveries.ts';
import { parseInstant } from '../time.ts';
import type { Began } from './began.ts';
import { deliveryEventsOf, messagesOf } from './calls.ts';
import { type History, hasAllRevisions } from './history.ts';
import { determiningReading } from './reading.ts';
import type { AlarmRecords } from './records.ts';

/** The steps, in the order of the chain. */
export const stepNames = [
  'onset',
  'determined',
  'received',
  'logged',
  'raised',
  'published',
  'painted',
  'sounded',
  'called',
  'sent',
  'taken',
  'on-device',
  'seen',
  'accepted',
  'asked',
  'answered',
  'resolved',
  'cleared',
] as const;
export type StepName = (typeof stepNames)[number];

/**
 * For each step, the step from which its duration is measured. From the log, the event goes to the screens and to the
 * called persons at the same time. So three steps are measured from the log: the first paint, the first call, and the
 * acknowledgement.
 */
const stepsBefore: Readonly<Record<StepName, StepName | undefined>> = {
  onset: undefined,
  determined: 'onset',
  received: 'determined',
  logged: 'received',
  raised: 'logged',
  published: 'raised',
  painted: 'published',
  sounded: 'painted',
  called: 'published',
  sent: 'called',
  taken: 'sent',
  'on-device': 'taken',
  seen: 'on-device',
  accepted: 'sent',
  asked: 'published',
  answered: 'asked',
  resolved: 'answered',
  cleared: 'resolved',
};

/** `none`: the log shows that the step did not happen (so far). */
export type StepTime =
  | { readonly kind: 'at'; readonly atMs: number }
  | { readonly kind: 'none' }
  | { readonly kind: 'not-known' };

export type Step = {
  readonly name: StepName;
  readonly time: StepTime;
  /**
   * Time since the step in `stepsBefore`, ms. Undefined if one of the two times is not known. Undefined if this step
   * was earlier than the other step: then two clocks differ, or the step belongs to another occurrence of the alarm.
   * Also undefined for the raise if something other than the reading raised the alarm.
   */
  readonly sinceBeforeMs: number | undefined;
  /**
   * Time since the engine raised the alarm, ms; undefined if this time is not known. Negative for a step before the
   * raise.
   */
  readonly sinceRaisedMs: number | undefined;
};

/** The delays from the patient to the signal (IEC 60601-1-8), in ms. A delay that is not known is undefined. */
export type Delays = {
  /**
   * From the onset (device time) until the engine raised the alarm. Includes the delay that the limit profile asks for.
   */
  readonly generationOfConditionMs: number | undefined;
  /** From the raise until the event was in the log. */
  readonly raisedToLogMs: number | undefined;
  /** From the log until the first screen painted the alarm. */
  readonly logToPaintedMs: number | undefined;
  /** From the log until the first message to a person left, and until a person accepted. */
  readonly logToSentMs: number | undefined;
  readonly logToAcceptedMs: number | undefined;
};

export type DelayChain = { readonly steps: readonly Step[]; readonly delays: Delays };

const notKnown: StepTime = { kind: 'not-known' };
const none: StepTime = { kind: 'none' };
const at = (atMs: number | undefined): StepTime => (atMs === undefined ? notKnown : { kind: 'at', atMs });

export function delayChainOf(records: AlarmRecords, history: History, { isByReading, isDelay }: Began): DelayChain {
  const times = stepTimesOf(records, history);
  const timeOf = (name: StepName) => msOf(times[name]);
  const beforeOf = (name: StepName): StepName | undefined => {
    const before = stepsBefore[name];
    return before === undefined || times[before].kind !== 'none' ? before : beforeOf(before);
  };
  const steps = stepNames.map((name): Step => {
    const time = times[name];
    const beforeName = beforeOf(name);
    return {
      name,
      time,
      sinceBeforeMs:
        name === 'raised' && !isByReading
          ? undefined
          : delayMs(msOf(time), beforeName === undefined ? undefined : timeOf(beforeName)),
      sinceRaisedMs: differenceMs(msOf(time), timeOf('raised')),
    };
  });
  const delays = {
    generationOfConditionMs: isDelay ? delayMs(timeOf('raised'), timeOf('onset')) : undefined,
    raisedToLogMs: delayMs(timeOf('published'), timeOf('raised')),
    logToPaintedMs: delayMs(timeOf('painted'), timeOf('published')),
    logToSentMs: delayMs(timeOf('sent'), timeOf('published')),
    logToAcceptedMs: delayMs(timeOf('accepted'), timeOf('published')),
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
    painted: shownTime(records, 'painted'),
    sounded: shownTime(records, 'sounded'),
    ...deliveryTimes(records),
    ...acknowledgementTimes(records, history),
    resolved: eventTime(history, 'resolved'),
    cleared: eventTime(history, 'cleared'),
  };
}

/** Returns when the first event about the alarm was in the log; undefined if an earlier event may be missing. */
function publishedMs({ alarmId, alarms }: AlarmRecords): number | undefined {
  return alarms.isWhole ? alarms.events.find(({ body }) => body.alarm.alarmId === alarmId)?.appendedMs : undefined;
}

/**
 * Returns when a screen first painted or sounded the alarm, as the pages reported. Without a report, the time is not
 * known.
 */
function shownTime({ alarmId, pages }: AlarmRecords, way: ShownAlarm['way']): StepTime {
  if (!pages.isWhole) return notKnown;
  const times = pages.shown.filter((entry) => entry.alarmId === alarmId && entry.way === way).map(({ atMs }) => atMs);
  return times.length === 0 ? notKnown : at(Math.min(...times));
}

/**
 * Returns the first time of each step of the calls. If records are missing, an earlier time may be missing, so the step
 * is not known.
 */
function deliveryTimes(
  records: AlarmRecords,
): Record<'called' | 'sent' | 'taken' | 'on-device' | 'seen' | 'accepted', StepTime> {
  const { isWhole } = records.deliveries;
  const first = (times: readonly number[]): StepTime =>
    !isWhole ? notKnown : times.length === 0 ? none : at(Math.min(...times));
  const receipts = deliveryEventsOf(records, 'receipt');
  // A report of a channel can be lost, so a missing report does not show that the step did not happen.
  const firstStage = (...stages: readonly ReceiptStage[]) => {
    const times = receipts.flatMap(({ stage, atMs }) => (stage !== undefined && stages.includes(stage) ? [atMs] : []));
    return times.length === 0 ? notKnown : first(times);
  };
  return {
    called: first(deliveryEventsOf(records, 'called').map(({ atMs }) => atMs)),
    sent: first(messagesOf(records).map(({ atMs }) => atMs)),
    taken: firstStage('taken'),
    'on-device': firstStage('on-device', 'painted', 'answered'),
    seen: firstStage('painted', 'answered'),
    accepted: first(deliveryEventsOf(records, 'accepted').map(({ atMs }) => atMs)),
  };
}

/** Returns when a person asked for the first valid acknowledgement, and when the engine accepted it. */
function acknowledgementTimes(
  { alarms }: AlarmRecords,
  { events, isComplete }: History,
): { asked: StepTime; answered: StepTime } {
  const index = events.findIndex(({ body }) => body.type === 'acknowledged');
  if (index < 0) return isComplete ? { asked: none, answered: none } : { asked: notKnown, answered: notKnown };
  // An earlier acknowledgement may be among the missing revisions.
  if (!hasAllRevisions(events.slice(0, index + 1))) return { asked: notKnown, answered: notKnown };
  const { at: answeredAt, alarm } = events[index]!.body;
  return {
    asked: at(alarm.acknowledgedAt === undefined ? undefined : parseInstant(alarm.acknowledgedAt)),
    answered: alarms.isWhole ? at(parseInstant(answeredAt)) : notKnown,
  };
}

/** Returns the engine's time for the last event of a type. */
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

/**
 * Returns the difference of two times; undefined if the difference is negative, because a negative time is no delay.
 */
function delayMs(laterMs: number | undefined, earlierMs: number | undefined): number | undefined {
  const ms = differenceMs(laterMs, earlierMs);
  return ms === undefined || ms < 0 ? undefined : ms;
}
