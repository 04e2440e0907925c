import { describe, expect, it } from 'vitest';
import type { DeliveryView } from '../../../contracts/messages/deliveries.ts';
import type { MyCall } from '../../protocol/delivery.ts';
import { answerText, callStateText, othersText, shortStateText } from './call-words.ts';
import { type CallCard, cardsAfter, withAlarms } from './calls.ts';
import { alarm } from './fixtures.ts';

const nowMs = Date.parse('2026-01-01T10:00:00.000Z');
const inTime = '2026-01-01T10:00:34.000Z';
/** A call to which the person has not answered in time. */
const late: MyCall = {
  callId: 'a/1/1',
  round: 1,
  calledAt: '2026-01-01T09:59:00.000Z',
  acceptedBy: [],
  ward: 'ICU',
  alarm: alarm('a'),
  bed: null,
};
const cardOf = (fields: Partial<MyCall>) => cardsAfter([], [{ ...late, ...fields }], nowMs, false)[0]!;
const words = (fields: Partial<MyCall>, isDown = false, view?: DeliveryView) =>
  callStateText(cardOf(fields), { view, isDown }, nowMs);
const ben = (outcome: 'waiting' | 'rejected' | 'unconfirmed') => [{ name: 'Ben', outcome }];

describe('a call that waits', () => {
  it.each<[string, Partial<MyCall>, string]>([
    ['who is next', { next: 'Ben' }, 'Answer within 0:34. Then Ben is called.'],
    ['that nobody is left', {}, 'Answer within 0:34. Then nobody is left, and the ward gets an alarm.'],
    [
      'that the ward has an alarm already',
      { isAgain: true, isWardTold: true },
      'You are called again. Answer within 0:34. Nobody else is left. The ward has an alarm about it, and Vigil calls again.',
    ],
    [
      'that a second person is called again',
      { isAgain: true, next: 'Ben' },
      'You are called again. Answer within 0:34. Then Ben is called.',
    ],
  ])('the card of a call that waits says %s', (_name, fields, text) => {
    expect(words({ answerBy: inTime, ...fields })).toBe(text);
  });

  it('while the delivery process is away, the card says that Vigil calls nobody', () => {
    expect(words({ answerBy: inTime, next: 'Ben' }, true)).toBe(
      'Vigil calls nobody now, and your answer may not count: the delivery process gives no sign of life. Go, or call the ward.',
    );
    expect(words({ missed: 'unanswered' }, true)).toMatch(/^Your time to answer is over\. Vigil calls nobody now/);
    expect(words({ answered: 'rejected' }, true)).toMatch(/^You cannot go\. Vigil calls nobody now/);
  });

  it.each<[string, Partial<MyCall>, string]>([
    ['the person goes', { answered: 'accepted' }, 'You go. The alarm sounds until somebody acknowledges it.'],
    ['another person goes', { acceptedBy: ['Ben'] }, 'Ben goes.'],
  ])(
    'while the delivery process is away and %s, the card says that Vigil does not call again now',
    (_name, fields, text) => {
      for (const againAt of [undefined, '2026-01-01T10:01:43.000Z', '2026-01-01T09:55:00.000Z'])
        expect(words({ ...fields, ...(againAt && { againAt }) }, true)).toBe(
          `${text} Vigil does not call again now: the delivery process gives no sign of life.`,
        );
    },
  );

  it.each([
    ['2026-01-01T10:00:01.000Z', 'Ben goes. If nobody acknowledges it within 0:01, Vigil calls again.'],
    ['2026-01-01T10:00:00.000Z', 'Ben goes. The time to acknowledge it is over.'],
    ['2026-01-01T09:55:00.000Z', 'Ben goes. The time to acknowledge it is over.'],
  ])('if the time to acknowledge is over, the card does not say that Vigil calls again (%s)', (againAt, text) => {
    expect(words({ acceptedBy: ['Ben'], againAt })).toBe(text);
  });

  it('the countdown never goes below zero, even if the server sends nothing', () => {
    expect(words({ answerBy: '2026-01-01T10:00:00.000Z', next: 'Ben' })).toBe(
      'The time for your answer ends now. You can still answer.',
    );
  });
});

describe('a call for which Vigil does not wait any more', () => {
  it.each<[string, Partial<MyCall>, string]>([
    ['from an older server', {}, 'Your time to answer is over. Nobody goes yet. You can still answer.'],
    [
      'after the wait',
      { missed: 'unanswered', others: ben('waiting') },
      'Your time to answer is over. Ben is called now. You can still answer.',
    ],
    [
      'because no page was open',
      { missed: 'unconfirmed', others: ben('waiting') },
      'No page or phone of yours confirmed this call in time, so Vigil did not wait for your answer. Ben is called now. You can still answer.',
    ],
    [
      'because each channel failed',
      { missed: 'undelivered' },
      'Vigil could not send you this call, so it did not wait for your answer. Nobody goes yet. You can still answer.',
    ],
    [
      'and the ward has an alarm',
      { missed: 'unanswered', isWardTold: true, others: ben('rejected') },
      'Your time to answer is over. Nobody goes: the ward has an alarm about it. You can still answer.',
    ],
    [
      'and the ward has an alarm, and Ben is called again',
      { missed: 'unanswered', isWardTold: true, others: ben('waiting') },
      'Your time to answer is over. Ben is called now. Nobody goes: the ward has an alarm about it. You can still answer.',
    ],
  ])('the card says why Vigil does not wait, and what happens now (%s)', (_name, fields, text) => {
    expect(words(fields)).toBe(text);
  });
});

describe('an answered call', () => {
  it('after “I go”, the card says that the alarm sounds until somebody acknowledges it, and when Vigil calls again', () => {
    expect(words({ answered: 'accepted' })).toBe('You go. The alarm sounds until somebody acknowledges it.');
    expect(words({ answered: 'accepted', againAt: '2026-01-01T10:01:43.000Z' })).toBe(
      'You go. The alarm sounds until somebody acknowledges it. If nobody acknowledges it within 1:43, Vigil calls again.',
    );
    expect(words({ acceptedBy: ['Ben', 'Cleo'] })).toBe('Ben and Cleo go.');
    expect(words({ acceptedBy: ['Ben'] })).toBe('Ben goes.');
  });

  it('after “I cannot”, the card says who is called now', () => {
    // `next` is the person that Vigil calls after the person who is called now.
    expect(words({ answered: 'rejected', next: 'Cleo', others: ben('waiting') })).toBe(
      'You cannot go. Ben is called now.',
    );
    const view = { calls: [{ name: 'Ben', outcome: 'waiting' }], acceptedBy: [] } as never;
    expect(words({ answered: 'rejected', next: 'Cleo' }, false, view)).toBe('You cannot go. Ben is called now.');
    expect(words({ answered: 'rejected' })).toBe('You cannot go. Vigil looks for another person.');
    expect(words({ answered: 'rejected', isWardTold: true })).toBe(
      'You cannot go. Nobody goes: the ward has an alarm about it.',
    );
    expect(words({ answered: 'rejected', acceptedBy: ['Ben'] })).toBe('You cannot go. Ben goes.');
  });

  it('the card names the other persons who were called, each with the answer', () => {
    expect(othersText(late)).toBeUndefined();
    expect(othersText({ ...late, others: [...ben('unconfirmed'), { name: 'Cleo', outcome: 'waiting' }] })).toBe(
      'Also called: Ben (not reached: nothing confirmed in time), Cleo (has not answered yet).',
    );
  });
});

describe('a call that has ended', () => {
  const gone = (fields: Parameters<typeof alarm>[1], view?: Partial<DeliveryView>, isDown = false) => {
    const cards = cardsAfter([], [late], nowMs, false);
    const ended = cardsAfter(withAlarms(cards, new Map([['a', alarm('a', { rev: 2, ...fields })]])), [], nowMs, false);
    return callStateText(ended[0]!, { view: view as DeliveryView | undefined, isDown }, nowMs);
  };
  const by = { userId: 'ben', name: 'Ben', role: 'nurse' } as const;
  const nobody = { acceptedBy: [], calls: [] };

  it.each<[string, string, string]>([
    ['acknowledged', gone({ signal: 'acknowledged', acknowledgedBy: by }), 'Ben acknowledged the alarm.'],
    ['ended unseen', gone({ present: false, signal: 'latched' }), 'The alarm ended. Nobody has acknowledged it yet.'],
    ['ended', gone({ present: false, signal: 'off' }), 'The alarm ended.'],
    ['under another alarm', gone({ signal: 'off', under: 'x' }), 'Another alarm of this patient calls instead.'],
    ['another person goes', gone({}, { ...nobody, acceptedBy: [{ userId: 'ben', name: 'Ben' }] }), 'Ben goes.'],
    [
      'the person has left',
      gone({}, { ...nobody, calls: [{ callId: 'a/1/1', outcome: 'gone' }] as never }),
      'You are not called any more: you are away, or you do not have this duty now.',
    ],
    [
      'too old',
      gone({}, { ...nobody, phase: 'expired' }),
      'Nobody is called any more: the alarm is too old. It is still on the ward screen.',
    ],
    [
      'the alarm calls no more',
      gone({}, { ...nobody, phase: 'stopped' }),
      'You are not called any more about this alarm. It is still on the ward screen.',
    ],
    [
      'the next round calls another person first',
      gone({}, { ...nobody, phase: 'calling', round: 2, calls: [{ name: 'Ben', outcome: 'waiting' }] as never }),
      'This call is over. Vigil calls again about this alarm. Ben is called now. You may be called again.',
    ],
    [
      'the next round has called nobody yet',
      gone({}, { ...nobody, phase: 'calling', round: 2 }),
      'This call is over. Vigil calls again about this alarm. You may be called again.',
    ],
    [
      'the next round has started, and the delivery process gives no sign of life',
      gone({}, { ...nobody, phase: 'calling', round: 2 }, true),
      'This call is over. Vigil calls nobody now: the delivery process gives no sign of life. Go, or call the ward.',
    ],
    ['not known', gone({}), 'This call is over. The alarm is still on the ward screen. You may be called again.'],
  ])('the card says why the call has ended: %s', (_name, text, expected) => {
    expect(text).toBe(expected);
  });
});

it('the line of the folded sheet says how much time is left, or who goes', () => {
  const short = (fields: Partial<MyCall>, change: Partial<CallCard> = {}, isDown = false) =>
    shortStateText({ ...cardOf(fields), ...change }, isDown, nowMs);
  expect(short({ answerBy: inTime })).toBe('0:34 left');
  expect(short({})).toBe('time over');
  expect(short({ answered: 'accepted' })).toBe('you go');
  expect(short({ answered: 'rejected' })).toBe('you cannot go');
  expect(short({ acceptedBy: ['Ben'] })).toBe('Ben goes');
  expect(short({}, { state: 'gone' })).toBe('ended');
  for (const fields of [{ answerBy: inTime }, {}, { answered: 'rejected' }] as const)
    expect(short(fields, {}, true)).toBe('Vigil calls nobody');
  expect(short({ answered: 'accepted' }, {}, true)).toBe('you go');
});

it('answerText says “taken” only after this answer of the server, and “Not known yet” without an answer', () => {
  expect(answerText({ result: 'taken' }, 'accepted')).toBe('Taken: you go.');
  expect(answerText({ result: 'no-effect', reason: 'Ben goes already.' }, 'accepted')).toBe(
    'Not taken. Ben goes already.',
  );
  expect(answerText({ result: 'unknown' }, 'accepted')).toMatch(/^Not known yet .* Go, or call the ward/);
  expect(answerText({ result: 'unknown' }, 'rejected')).toMatch(/^Not known yet .* Try again, or call the ward\.$/);
});
