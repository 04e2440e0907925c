import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MyCall } from '../../protocol/delivery.ts';
import { answerText, callStateText } from './call-words.ts';
import {
  alarmsToHear,
  type CallCard,
  calledAlarms,
  calledBeds,
  cardsAfter,
  openCount,
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
])('the person is called until she answers (%s)', (_name, myCall, isCalled) => {
  const cards = cardsAfter([], [myCall], nowMs, false);
  expect([...calledAlarms(cards)]).toEqual(isCalled ? ['a'] : []);
  expect([...calledAlarms(cardsAfter(cards, [], nowMs, false))]).toEqual([]);
});

describe('the cards', () => {
  it('have the order of the server, and keep an ended call at its place until it was read', () => {
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

  it('do not move while a finger is down: new calls come at the end', () => {
    const first = cardsAfter([], [call('a'), call('b')], nowMs, false);
    const held = cardsAfter(first, [call('z'), call('b')], nowMs + 1_000, true);
    expect(ids(held)).toBe('a,b,z');
    expect(held[0]?.state).toBe('gone');
    expect(ids(cardsAfter(held, [call('z'), call('b')], nowMs + 1_100, false))).toBe('a,z,b');
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
        const held = cardsAfter(
          cards,
          after.map((id) => call(id)),
          nowMs,
          true,
        );
        expect(held.slice(0, before.length).map(({ alarm: { alarmId } }) => alarmId)).toEqual(before);
        expect(
          held
            .filter(({ state }) => state !== 'gone')
            .map(({ alarm: { alarmId } }) => alarmId)
            .sort(),
        ).toEqual(after.toSorted());
      }),
    );
  });

  it('know the newest state of each alarm', () => {
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

  it('shows a call until somebody goes, and then its end for some seconds', () => {
    expect(later({}, 3_600_000)).toBe(1);
    expect(later({ answered: 'accepted' }, readMs - 1)).toBe(1);
    expect(later({ answered: 'accepted' }, readMs)).toBe(0);
    expect(later({ answered: 'rejected' }, readMs)).toBe(0);
    expect(later({ acceptedBy: ['Ben'] }, readMs)).toBe(0);
  });

  it('does not come up for a call that was answered before the page was opened', () => {
    expect(sheetCards(cardsAfter([], [call('a', { answered: 'accepted' })], nowMs, false), nowMs)).toEqual([]);
  });
});

describe('the words', () => {
  const words = (fields: Partial<MyCall>) =>
    callStateText(cardsAfter([], [{ ...withoutWait, ...fields }], nowMs, false)[0]!, undefined, nowMs);

  it('say how long, and who is next', () => {
    expect(words({ answerBy: '2026-01-01T10:00:34.000Z', next: 'Ben' })).toBe(
      'Answer within 0:34. Then Ben is called.',
    );
    expect(words({ answerBy: '2026-01-01T10:00:34.000Z' })).toBe(
      'Answer within 0:34. Then nobody is left, and the ward gets an alarm.',
    );
    expect(words({})).toBe('Your time to answer is over, and nobody goes yet. You can still answer.');
  });

  it('say that accepting does not acknowledge, and what a rejection means', () => {
    expect(words({ answered: 'accepted' })).toBe('You go. The alarm sounds until somebody acknowledges it.');
    // After the answer, the next person is called already, and `next` is the person after this person.
    const rejected = cardsAfter([], [{ ...withoutWait, answered: 'rejected', next: 'Cleo' }], nowMs, false)[0]!;
    const view = { calls: [{ name: 'Ben', outcome: 'waiting' }], acceptedBy: [] } as never;
    expect(callStateText(rejected, view, nowMs)).toBe('You cannot go. Ben is called.');
    expect(callStateText(rejected, undefined, nowMs)).toBe('You cannot go. Vigil looks for another person.');
    expect(words({ answered: 'rejected' })).toBe('You cannot go. Vigil looks for another person.');
    expect(words({ answered: 'rejected', acceptedBy: ['Ben'] })).toBe('You cannot go. Ben goes.');
    expect(words({ acceptedBy: ['Ben', 'Cleo'] })).toBe('Ben, Cleo goes.');
  });

  it('say who ended a call', () => {
    const gone = (fields: Parameters<typeof alarm>[1]) => {
      const cards = cardsAfter([], [call('a')], nowMs, false);
      const ended = cardsAfter(
        withAlarms(cards, new Map([['a', alarm('a', { rev: 2, ...fields })]])),
        [],
        nowMs,
        false,
      );
      return callStateText(ended[0]!, undefined, nowMs);
    };
    const by = { userId: 'ben', name: 'Ben', role: 'nurse' } as const;
    expect(gone({ signal: 'acknowledged', acknowledgedBy: by })).toBe('Ben acknowledged the alarm.');
    expect(gone({ present: false, signal: 'latched' })).toBe('The alarm ended.');
    expect(gone({})).toBe('This call has ended.');
  });

  it('never claim more than the server said', () => {
    expect(answerText({ result: 'taken' }, 'accepted')).toBe('Taken: you go.');
    expect(answerText({ result: 'no-effect', reason: 'Ben goes already.' }, 'accepted')).toBe(
      'Not taken. Ben goes already.',
    );
    expect(answerText({ result: 'unknown' }, 'rejected')).toMatch(/^Not known yet/);
  });
});

it('the page sounds for calls in wards that the screen does not watch, and not twice for others', () => {
  const cards = cardsAfter([], [call('a'), call('b')], nowMs, false);
  const shown = new Map([['a', alarm('a', { rev: 3 })]]);
  expect(alarmsToHear(shown, cards).map(({ alarmId }) => alarmId)).toEqual(['a', 'b']);
  expect(alarmsToHear(undefined, cardsAfter(cards, [], nowMs, false))).toEqual([]);
  expect(calledBeds(cards)).toEqual(['assoc-a', 'assoc-b']);
});

it('a complete list of deliveries forgets all others, and another list changes only what it names', () => {
  const view = (alarmId: string) => ({ alarmId, phase: 'calling' }) as never;
  const message = { type: 'deliveries', at: '2026-01-01T10:00:00.000Z', complete: false, views: [], gone: [] } as const;
  const first = deliveriesAfter(noDeliveries, { ...message, views: [view('a'), view('b')], gone: [] });
  expect([...deliveriesAfter(first, { ...message, views: [view('c')], gone: ['a'] }).keys()]).toEqual(['b', 'c']);
  expect([...deliveriesAfter(first, { ...message, views: [view('c')], gone: [], complete: true }).keys()]).toEqual([
    'c',
  ]);
});
