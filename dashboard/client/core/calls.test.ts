import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MyCall } from '../../protocol/delivery.ts';
import {
  alarmsToHear,
  type CallCard,
  calledAlarms,
  calledBeds,
  cardsAfter,
  isAnyPlaceKept,
  isDeliveryDownFor,
  isFolded,
  openCount,
  placeMs,
  readMs,
  sheetCards,
  withAlarms,
  withoutRead,
} from './calls.ts';
import { deliveriesAfter, noDeliveries } from './delivery-fold.ts';
import { alarm } from './fixtures.ts';

const nowMs = Date.parse('2026-01-01T10:00:00.000Z');

function call(alarmId: string, fields: Partial<MyCall> = {}): MyCall {
  return {
    callId: `${alarmId}/1/1`,
    round: 1,
    calledAt: '2026-01-01T10:00:00.000Z',
    answerBy: '2026-01-01T10:01:00.000Z',
    acceptedBy: [],
    ward: 'ICU',
    alarm: alarm(alarmId, { associationId: `assoc-${alarmId}` }),
    bed: null,
    ...fields,
  };
}
const { answerBy: _, ...withoutWait } = call('a');
const ids = (cards: readonly CallCard[]) => cards.map(({ alarm: { alarmId } }) => alarmId).join();

it.each<[string, MyCall, boolean]>([
  ['in time', call('a'), true],
  ['too late', withoutWait, true],
  ['after "I go"', call('a', { answered: 'accepted' }), false],
  ['after "I cannot"', call('a', { answered: 'rejected' }), false],
  ['while another person goes', call('a', { acceptedBy: ['Ben'] }), false],
])('calledAlarms has an alarm until the person answers or another person goes (%s)', (_name, myCall, isCalled) => {
  const cards = cardsAfter([], [myCall], nowMs, false);
  expect([...calledAlarms(cards)]).toEqual(isCalled ? ['a'] : []);
  expect([...calledAlarms(cardsAfter(cards, [], nowMs, false))]).toEqual([]);
});

describe('the cards', () => {
  it('the cards have the order of the server, and the card of an ended call keeps its place for some seconds', () => {
    const first = cardsAfter([], [call('a'), call('b'), call('c')], nowMs, false);
    expect(ids(first)).toBe('a,b,c');
    const ended = cardsAfter(first, [call('c'), call('a')], nowMs + 1_000, false);
    expect(ids(ended)).toBe('c,b,a');
    expect(ended[1]).toMatchObject({ state: 'gone', stateAtMs: nowMs + 1_000 });
    expect(ids(withoutRead(ended, nowMs + 1_000 + readMs - 1, false))).toBe('c,b,a');
    expect(ids(withoutRead(ended, nowMs + 1_000 + readMs, false))).toBe('c,a');
    expect(ids(withoutRead(ended, nowMs + 1_000 + readMs, true))).toBe('c,b,a');
    expect(openCount(ended)).toBe(2);
  });

  it.each<[string, Partial<MyCall>]>([
    ['the person goes', { answered: 'accepted' }],
    ['the person cannot go', { answered: 'rejected' }],
    ['another person goes', { acceptedBy: ['Ben'] }],
  ])('the card of an answered call keeps its place for some seconds (%s)', (_name, answer) => {
    const first = cardsAfter([], [call('a'), call('b'), call('c')], nowMs, false);
    const list = [call('b'), call('c'), call('a', answer)];
    const answered = cardsAfter(first, list, nowMs, false);
    expect(ids(answered)).toBe('a,b,c');
    const before = nowMs + placeMs - 1;
    expect(ids(cardsAfter(answered, list, before, false))).toBe('a,b,c');
    // A new call comes after the answered call, even if the new call is more urgent.
    expect(ids(cardsAfter(answered, [call('z'), ...list], before, false))).toBe('a,z,b,c');
    expect(isAnyPlaceKept(answered, before)).toBe(true);
    expect(isAnyPlaceKept(answered, nowMs + placeMs)).toBe(false);
    expect(ids(cardsAfter(answered, list, nowMs + placeMs, false))).toBe('b,c,a');
    // The call of an alarm that has ended keeps its place, too.
    expect(ids(cardsAfter(answered, [call('b'), call('c')], before, false))).toBe('a,b,c');
    // If a call was answered before the page was opened, its place comes from the server.
    expect(ids(cardsAfter([], list, nowMs, false))).toBe('b,c,a');
  });

  it('cards do not move while a finger is down: new calls come at the end', () => {
    const first = cardsAfter([], [call('a'), call('b')], nowMs, false);
    const cards = cardsAfter(first, [call('z'), call('b')], nowMs + 1_000, true);
    expect(ids(cards)).toBe('a,b,z');
    expect(cards[0]?.state).toBe('gone');
    expect(ids(cardsAfter(cards, [call('z'), call('b')], nowMs + 1_100, false))).toBe('a,z,b');
  });

  it('while a finger is down, no card ever changes its place (any sequence of lists)', () => {
    const list = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 5 });
    fc.assert(
      fc.property(list, list, (before, after) => {
        const cards = cardsAfter(
          [],
          before.map((id) => call(id)),
          nowMs,
          false,
        );
        const cardsThen = cardsAfter(
          cards,
          after.map((id) => call(id)),
          nowMs,
          true,
        );
        expect(cardsThen.slice(0, before.length).map(({ alarm: { alarmId } }) => alarmId)).toEqual(before);
        expect(
          cardsThen
            .filter(({ state }) => state !== 'gone')
            .map(({ alarm: { alarmId } }) => alarmId)
            .sort(),
        ).toEqual(after.toSorted());
      }),
    );
  });

  it('each card has the newest state of its alarm', () => {
    const cards = cardsAfter([], [call('a')], nowMs, false);
    const newer = alarm('a', { rev: 7, text: 'HR 150 > 120' });
    expect(withAlarms(cards, new Map([['a', newer]]))[0]?.alarm.text).toBe('HR 150 > 120');
    expect(withAlarms(cards, new Map([['a', alarm('a', { rev: 1 })]]))).toBe(cards);
    // The message of a call may be older than the alarm on the screen.
    expect(cardsAfter(withAlarms(cards, new Map([['a', newer]])), [call('a')], nowMs, false)[0]?.alarm.rev).toBe(7);
  });
});

describe('the sheet', () => {
  const later = (fields: Partial<MyCall>, afterMs: number) => {
    const waiting = cardsAfter([], [call('a')], nowMs, false);
    return sheetCards(cardsAfter(waiting, [{ ...withoutWait, ...fields }], nowMs, false), nowMs + afterMs).length;
  };

  it('the sheet shows a call until it is answered, and then the result for some seconds', () => {
    expect(later({}, 3_600_000)).toBe(1);
    expect(later({ answered: 'accepted' }, readMs - 1)).toBe(1);
    expect(later({ answered: 'accepted' }, readMs)).toBe(0);
    expect(later({ answered: 'rejected' }, readMs)).toBe(0);
    expect(later({ acceptedBy: ['Ben'] }, readMs)).toBe(0);
  });

  it('the sheet does not show a call that was answered before the page was opened', () => {
    expect(sheetCards(cardsAfter([], [call('a', { answered: 'accepted' })], nowMs, false), nowMs)).toEqual([]);
  });
});

describe('the folded sheet', () => {
  const folded = new Set(['a/1/1', 'b/1/1']);
  const isLine = (calls: readonly MyCall[], ids = folded) => isFolded(cardsAfter([], calls, nowMs, false), ids);

  it('the sheet stays folded until a new call comes, even if the time for an answer ends or somebody answers', () => {
    expect(isLine([call('a'), call('b')])).toBe(true);
    expect(isLine([withoutWait, call('b', { acceptedBy: ['Ben'] })])).toBe(true);
    expect(isLine([call('a')])).toBe(true);
    expect(isLine([call('a'), call('c', { answered: 'rejected' })])).toBe(true);
  });

  it.each<[string, readonly MyCall[]]>([
    ['another alarm calls', [call('a'), call('c')]],
    ['the call is repeated', [call('a', { callId: 'a/1/3' })]],
    ['a new round calls, and its wait is over', [{ ...withoutWait, callId: 'a/2/1' }]],
  ])('the folded sheet opens when %s', (_name, calls) => {
    expect(isLine(calls)).toBe(false);
  });

  it('the sheet is open until the person folds it', () => {
    expect(isLine([call('a')], new Set())).toBe(false);
  });
});

it.each<[string, Parameters<typeof isDeliveryDownFor>[1], boolean]>([
  ['false if the delivery process works', undefined, false],
  ['true if nobody is called in this ward', { wards: ['CCU', 'ICU'], since: null }, true],
  ['false if nobody is called in another ward', { wards: ['CCU'], since: null }, false],
  ['true if the server does not say in which wards nobody is called', { wards: [], since: null }, true],
])('isDeliveryDownFor is %s', (_name, down, isDown) => {
  expect(isDeliveryDownFor(cardsAfter([], [call('a')], nowMs, false)[0]!, down)).toBe(isDown);
});

it('alarmsToHear also has the alarms of calls in wards that the screen does not watch, and no alarm twice', () => {
  const cards = cardsAfter([], [call('a'), call('b')], nowMs, false);
  const shown = new Map([['a', alarm('a', { rev: 3 })]]);
  expect(alarmsToHear(shown, cards).map(({ alarmId }) => alarmId)).toEqual(['a', 'b']);
  expect(alarmsToHear(undefined, cardsAfter(cards, [], nowMs, false))).toEqual([]);
  expect(calledBeds(cards)).toEqual(['assoc-a', 'assoc-b']);
});

it('a complete list of deliveries replaces all deliveries; an incomplete list changes only the deliveries that it names', () => {
  const view = (alarmId: string) => ({ alarmId, phase: 'calling' }) as never;
  const message = { type: 'deliveries', at: '2026-01-01T10:00:00.000Z', complete: false, views: [], gone: [] } as const;
  const first = deliveriesAfter(noDeliveries, { ...message, views: [view('a'), view('b')], gone: [] });
  expect([...deliveriesAfter(first, { ...message, views: [view('c')], gone: ['a'] }).keys()]).toEqual(['b', 'c']);
  expect([...deliveriesAfter(first, { ...message, views: [view('c')], gone: [], complete: true }).keys()]).toEqual([
    'c',
  ]);
});
