/**
 * Keeps the calls of each alarm for the alarm history: which persons the delivery process called, through which
 * channels, what each channel confirmed, how the call ended, and which persons and channels were left out. Folded from
 * the topic `deliveries`.
 */
import { canAnswer } from '../../../contracts/delivery-policy.ts';
import type { CallView, DeliveryRecord, DeliveryView, WardNotice } from '../../../contracts/messages/deliveries.ts';
import type { ChainStep, DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';
import { visibleText } from '../../../contracts/text.ts';
import type { ReviewedCall, ReviewedCalls } from '../../protocol/alarm-review.ts';

/** Maximum number of calls of one alarm. If there are more, the oldest repeated call is only counted. */
export const callsOfAlarmMax = 40;
/** Maximum number of calls of one alarm that are counted. */
const countedMax = 1_000;
/** Maximum number of duties of one alarm that were left out. */
const leftOutMax = 16;

/** Maximum number of values that alarms share. If there are more, all are forgotten, and sharing begins again. */
const sharedMax = 5_000;

/**
 * The calls of one alarm. Has arrays instead of maps, because most alarms have one or two calls and a book has up to
 * 100,000 alarms.
 */
export type AlarmCalls = {
  calls: readonly ReviewedCall[];
  /** The ids of calls that are only counted. */
  counted: readonly string[];
  /** The steps of the present round; undefined if the server started to read after the round had started. */
  steps: readonly Pick<ChainStep, 'duty' | 'channels'>[] | undefined;
  /** One bit for each step of the present round, set if the step has a call or its duty is noted as left out. */
  doneSteps: number;
  dutiesLeftOut: ReviewedCalls['dutiesLeftOut'];
  notSent: string | null;
  notice: WardNotice | null;
  /** Time of the newest event. */
  newestMs: number;
};

export type CallsBook = {
  readonly alarms: Map<string, AlarmCalls>;
  /** Values that many calls have, by their JSON. Each is in memory once. */
  readonly shared: Map<string, unknown>;
};

export const newCallsBook = (): CallsBook => ({ alarms: new Map(), shared: new Map() });

/** Returns the equal value that other calls already have, so that equal values are in memory only once. */
function share<T>({ shared }: CallsBook, value: T): T {
  const key = JSON.stringify(value);
  const existing = shared.get(key);
  if (existing !== undefined) return existing as T;
  if (shared.size >= sharedMax) shared.clear();
  shared.set(key, value);
  return value;
}

const none: AlarmCalls = {
  ...{ calls: [], counted: [], steps: undefined, doneSteps: 0 },
  ...{ dutiesLeftOut: [], notSent: null, notice: null, newestMs: 0 },
};

/** Folds a record of the topic `deliveries` into the book. A record that is read twice changes nothing. */
export function foldReviewedCalls(book: CallsBook, record: DeliveryRecord, alarmsMax: number): void {
  const { event } = record;
  if (!('alarmId' in event)) return;
  const { alarmId, atMs } = event;
  const { alarms } = book;
  const entry = alarms.get(alarmId) ?? { ...none };
  switch (event.type) {
    case 'not-sent':
      entry.notSent = share(book, event.reason);
      break;
    case 'round-started':
      entry.steps = share(
        book,
        event.chain.steps.map(({ duty, channels }) => ({ duty, channels })),
      );
      entry.doneSteps = 0;
      endWaiting(entry, ({ round }) => round < event.round);
      break;
    case 'called':
      noteLeftOut(entry, event.call.step, atMs);
      noteCall(entry, callOf(book, entry, event));
      break;
    case 'chain-ended':
      entry.notice = event.notice;
      noteLeftOut(entry, entry.steps?.length ?? 0, atMs);
      break;
    default:
      // Other events only change entries that the book has. They do not add an entry: most alarms call nobody and need
      // no entry.
      if (!alarms.has(alarmId)) return;
  }
  alarms.set(alarmId, entry);
  entry.newestMs = Math.max(entry.newestMs, atMs);
  const view: DeliveryView | null | undefined = 'after' in record ? record.after : undefined;
  for (const call of view?.calls ?? []) noteView(book, entry, call);
  // If a call still waits when its round stops, the topic has no outcome of the call. If the round goes on, the next
  // view says again that the call waits.
  if (view === null || view?.phase === 'stopped' || view?.phase === 'expired') endWaiting(entry, () => true);
  if (alarms.size > alarmsMax) alarms.delete(alarms.keys().next().value!);
}

type CalledEvent = Extract<DeliveryRecord['event'], { type: 'called' }>;

/** Returns a call that has just begun, with the channels of the policy that the call does not use. */
function callOf(book: CallsBook, { steps, calls }: AlarmCalls, { call, atMs, round }: CalledEvent): ReviewedCall {
  const { callId, userId, name, duty, channels, step, repeat } = call;
  const used = new Set<DeliveryChannel>(
    calls
      .filter((other) => other.userId === userId && other.callId !== callId)
      .flatMap((other) => usedBy(other, round)),
  );
  // A repeated call uses the remaining channels of the former call. So no channel of a repeated call counts as left
  // out.
  const channelsLeftOut = (repeat > 0 ? [] : (steps?.[step]?.channels ?? []))
    .filter((channel) => !channels.includes(channel))
    .map((channel) => ({ channel, why: used.has(channel) ? ('called-before' as const) : ('not-reached' as const) }));
  return {
    ...{ callId, userId: share(book, userId), name: share(book, name), duty: share(book, duty) },
    ...{ channels: share(book, channels), sent: share(book, []), failed: share(book, []), outcome: 'waiting' },
    ...{ calledAtMs: atMs, repeat, round, channelsLeftOut: share(book, channelsLeftOut) },
  };
}

/**
 * Returns the channels of an earlier call through which this round does not call the person again. The delivery process
 * has the same rule (processors/delivery/core/next-call.ts). A new round calls again through channels on which the
 * person can answer.
 */
function usedBy(earlier: ReviewedCall, round: number): readonly DeliveryChannel[] {
  const { channels, outcome, sent, failed } = earlier;
  if (earlier.round === round) return outcome === 'gone' ? [] : channels;
  if (outcome !== 'informed') return [];
  return sent.map(({ channel }) => channel).filter((channel) => !canAnswer(channel) && !failed.includes(channel));
}

/** Notes the duties that were left out in this round: those of earlier steps that called nobody. */
function noteLeftOut(entry: AlarmCalls, step: number, atMs: number): void {
  const { steps = [], doneSteps } = entry;
  for (const [index, { duty }] of steps.slice(0, step).entries()) {
    if (doneSteps & (1 << index) || entry.dutiesLeftOut.length >= leftOutMax) continue;
    if (entry.dutiesLeftOut.some((other) => other.duty === duty && other.atMs === atMs)) continue;
    entry.dutiesLeftOut = [...entry.dutiesLeftOut, { duty, atMs }];
  }
  // Each step is noted only once in a round. A chain has at most 8 steps.
  entry.doneSteps = doneSteps | ((1 << (step + 1)) - 1);
}

function noteCall(entry: AlarmCalls, call: ReviewedCall): void {
  const { calls, counted } = entry;
  if (calls.some(({ callId }) => callId === call.callId) || counted.includes(call.callId)) return;
  const withCall = [...calls, call];
  entry.calls = withCall;
  if (withCall.length <= callsOfAlarmMax) return;
  const oldestRepeat = withCall.find(({ repeat }) => repeat > 0) ?? call;
  entry.calls = withCall.filter((other) => other !== oldestRepeat);
  if (counted.length < countedMax) entry.counted = [...counted, oldestRepeat.callId];
}

/** Notes the confirmations of the channels and the outcome of a call, as the view after an event has them. */
function noteView(book: CallsBook, entry: AlarmCalls, { callId, sent, failed, outcome, channels }: CallView): void {
  const former = entry.calls.find((call) => call.callId === callId);
  if (former === undefined) return;
  const call = {
    ...former,
    sent,
    failed: share(book, failed),
    outcome: share(book, outcome),
    channels: share(book, channels),
  };
  entry.calls = entry.calls.map((other) => (other === former ? call : other));
}

/** Ends calls that wait for an answer, because the delivery process no longer waits. */
function endWaiting(entry: AlarmCalls, isOver: (call: ReviewedCall) => boolean): void {
  if (!entry.calls.some((call) => call.outcome === 'waiting' && isOver(call))) return;
  entry.calls = entry.calls.map((call) =>
    call.outcome === 'waiting' && isOver(call) ? { ...call, outcome: 'ended-unanswered' } : call,
  );
}

/** Returns the calls of an alarm, the first call first. */
export function reviewedCallsOf({ alarms }: CallsBook, alarmId: string): ReviewedCalls {
  const { calls, counted, dutiesLeftOut, notSent, notice } = alarms.get(alarmId) ?? none;
  const list = calls.map((call) => ({ ...call, name: visibleText(call.name) }));
  const reason = notSent === null ? null : visibleText(notSent);
  return { list, onlyCounted: counted.length, dutiesLeftOut, notSent: reason, notice };
}
