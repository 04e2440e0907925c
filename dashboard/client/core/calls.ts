/**
 * The calls of the person who is logged in. Decides the order and the state of the calls, and finds the calls that the
 * page must show on top of everything else.
 */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { DeliveryDown, MyCall } from '../../protocol/delivery.ts';

/**
 * The state of a call. `waiting`: this person must answer. `late`: the time for the answer is over and nobody has
 * accepted. `accepted`, `rejected`: the answer of this person. `taken`: another person goes. `gone`: the call has
 * ended.
 */
export type CallState = 'waiting' | 'late' | 'accepted' | 'rejected' | 'taken' | 'gone';

/** A call with its place on the page. There is one card for each alarm. */
export type CallCard = {
  readonly call: MyCall;
  /** The newest known state of the alarm. */
  readonly alarm: Alarm;
  readonly state: CallState;
  /** The server's time at which the call got this state, ms; minus infinity if the page has not seen the change. */
  readonly stateAtMs: number;
};

/** How long a card stays after its call has ended or was answered, ms (ours). So the person can read who goes. */
export const readMs = 8_000;
/**
 * How long a card keeps its place after the call was answered, ms (ours). A person who has not yet seen that the answer
 * counts may press again. If the cards moved, this second press would hit the button of a different patient.
 */
export const placeMs = 5_000;

function stateOf({ answered, acceptedBy, answerBy }: MyCall): Exclude<CallState, 'gone'> {
  if (answered !== undefined) return answered;
  if (acceptedBy.length > 0) return 'taken';
  return answerBy === undefined ? 'late' : 'waiting';
}

const newerAlarm = (a: Alarm, b: Alarm | undefined) => (b !== undefined && b.rev > a.rev ? b : a);

/** Returns whether a card must not move yet, because its call was answered a short time ago. */
function keepsPlace(card: CallCard, nowMs: number): boolean {
  return card.state !== 'gone' && !needsAnswer(card) && nowMs - card.stateAtMs < placeMs;
}

/** Returns whether any card must not move yet, because its call was answered a short time ago. */
export function isAnyPlaceKept(cards: readonly CallCard[], nowMs: number): boolean {
  return cards.some((card) => keepsPlace(card, nowMs));
}

/**
 * Returns the cards after the server has sent all calls of the person. A card whose call is no longer in the list keeps
 * its place for `readMs`. A card whose call was answered keeps its place for `placeMs`.
 * @param isHeld whether the person presses now, or has just pressed. If true, no card moves, and new calls come last
 */
export function cardsAfter(
  before: readonly CallCard[],
  calls: readonly MyCall[],
  nowMs: number,
  isHeld: boolean,
): readonly CallCard[] {
  const former = new Map(before.map((card) => [card.call.alarm.alarmId, card]));
  const open = new Map(
    calls.map((call): [string, CallCard] => {
      const { alarmId } = call.alarm;
      const card = former.get(alarmId);
      const state = stateOf(call);
      const alarm = newerAlarm(call.alarm, card?.alarm);
      const isSame = card?.state === state && card.call.callId === call.callId;
      // A call that was answered before the page was opened is not new for the person.
      const stateAtMs = isSame ? card.stateAtMs : card ? nowMs : Number.NEGATIVE_INFINITY;
      return [alarmId, { call, alarm, state, stateAtMs }];
    }),
  );
  const gone = (card: CallCard): CallCard =>
    card.state === 'gone' ? card : { ...card, state: 'gone', stateAtMs: nowMs };
  if (isHeld) {
    const kept = before.map((card) => open.get(card.call.alarm.alarmId) ?? gone(card));
    const added = [...open.values()].filter(({ call }) => !former.has(call.alarm.alarmId));
    return [...kept, ...added];
  }
  const isFixed = (card: CallCard) => former.has(card.alarm.alarmId) && keepsPlace(card, nowMs);
  const after = [...open.values()].filter((card) => !isFixed(card));
  before.forEach((card, at) => {
    const now = open.get(card.alarm.alarmId) ?? gone(card);
    if (now.state === 'gone' || isFixed(now)) after.splice(at, 0, now);
  });
  return withoutRead(after, nowMs, false);
}

/**
 * Returns the cards that stay on the page. Leaves out the cards of ended calls that the person has had time to read.
 */
export function withoutRead(cards: readonly CallCard[], nowMs: number, isHeld: boolean): readonly CallCard[] {
  const isRead = ({ state, stateAtMs }: CallCard) => state === 'gone' && nowMs - stateAtMs >= readMs;
  return isHeld || !cards.some(isRead) ? cards : cards.filter((card) => !isRead(card));
}

/** Returns the cards with the newest states of their alarms; returns `cards` if nothing has changed. */
export function withAlarms(cards: readonly CallCard[], alarms: ReadonlyMap<string, Alarm>): readonly CallCard[] {
  const isOld = ({ alarm }: CallCard) => (alarms.get(alarm.alarmId)?.rev ?? 0) > alarm.rev;
  if (!cards.some(isOld)) return cards;
  return cards.map((card) => ({ ...card, alarm: newerAlarm(card.alarm, alarms.get(card.alarm.alarmId)) }));
}

/**
 * Returns the cards that appear on every page: the cards of calls that this person must still answer, and for some
 * seconds the cards of calls that were answered or have ended.
 */
export function sheetCards(cards: readonly CallCard[], nowMs: number): CallCard[] {
  return cards.filter((card) => needsAnswer(card) || nowMs - card.stateAtMs < readMs);
}

/** Returns whether the person must still answer the call: nobody goes yet, and the person has not rejected the call. */
const needsAnswer = ({ state }: CallCard) => state === 'waiting' || state === 'late';

/**
 * Returns whether the sheet is folded to one line: the person has folded the sheet, and no call has come since. A
 * repeated call has a new id, so it unfolds the sheet too.
 * @param foldedIds the calls that the sheet had when the person folded it
 */
export function isFolded(cards: readonly CallCard[], foldedIds: ReadonlySet<string>): boolean {
  return foldedIds.size > 0 && cards.every((card) => foldedIds.has(card.call.callId) || !needsAnswer(card));
}

/**
 * Returns whether perhaps nobody is called in the ward of a call, because the delivery process gives no sign of life.
 */
export function isDeliveryDownFor({ call: { ward } }: CallCard, down: DeliveryDown | undefined): boolean {
  return down !== undefined && (down.wards.length === 0 || (ward !== null && down.wards.includes(ward)));
}

/** Returns the number of open calls for the top bar. */
export function openCount(cards: readonly CallCard[]): number {
  return cards.filter(({ state }) => state !== 'gone').length;
}

/**
 * Returns the alarms for the sound of the page: the alarms on the screen, and the alarms of calls in wards that the
 * screen does not watch.
 */
export function alarmsToHear(
  alarms: ReadonlyMap<string, Alarm> | undefined,
  cards: readonly CallCard[],
): readonly Alarm[] {
  const called = cards.filter(({ state, alarm }) => state !== 'gone' && !alarms?.has(alarm.alarmId));
  return [...(alarms?.values() ?? []), ...called.map(({ alarm }) => alarm)];
}

/** Returns the ids of the alarms of the calls that the person must still answer. */
export function calledAlarms(cards: readonly CallCard[]): ReadonlySet<string> {
  return new Set(cards.filter(needsAnswer).map(({ alarm }) => alarm.alarmId));
}

/** Maximum number of beds for which the page requests waves because of calls. */
const calledBedsMax = 8;

/**
 * Returns the associations of the open calls. They are sorted, so the result does not depend on the order of the calls.
 */
export function calledBeds(cards: readonly CallCard[]): string[] {
  const open = cards.filter(({ state }) => state !== 'gone').slice(0, calledBedsMax);
  return [...new Set(open.map(({ alarm }) => alarm.associationId))].sort();
}
