import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import {
  audioPausedUntilMs,
  behind,
  compareAlarms,
  compareHeadlines,
  foremost,
  frameOf,
  gravest,
  listed,
  listedUnder,
  lookOf,
  possibleRemarks,
  remarks,
  widestText,
} from './alarm-order.ts';
import { alarm } from './fixtures.ts';

const ids = (alarms: readonly Alarm[]) => alarms.map((a) => a.alarmId);

const ended = { present: false, signal: 'latched' } as const;

describe('the order of alarms', () => {
  it('is present, then priority, then unanswered, then newest', () => {
    const list = [
      alarm('high-ended-new', { priority: 'high', ...ended, onsetAt: '2026-01-01T10:59:00.000Z' }),
      alarm('low-new', { priority: 'low', onsetAt: '2026-01-01T10:09:00.000Z' }),
      alarm('high-ack', { priority: 'high', signal: 'acknowledged', onsetAt: '2026-01-01T10:08:00.000Z' }),
      alarm('high-late', { priority: 'high', late: true, onsetAt: '2026-01-01T10:07:30.000Z' }),
      alarm('medium', { priority: 'medium', onsetAt: '2026-01-01T10:07:00.000Z' }),
      alarm('high-old', { priority: 'high', onsetAt: '2026-01-01T10:01:00.000Z' }),
      alarm('high-new', { priority: 'high', onsetAt: '2026-01-01T10:02:00.000Z' }),
      alarm('gone', { priority: 'high', signal: 'off' }),
    ];
    expect(ids(listed(list))).toEqual([
      'high-new',
      'high-old',
      'high-ack',
      'medium',
      'low-new',
      'high-ended-new',
      'high-late',
    ]);
  });

  it('does not depend on the order in which they came', () => {
    const list = ['a', 'b', 'c', 'd'].map((id, i) => alarm(id, { priority: i % 2 ? 'high' : 'low' }));
    fc.assert(
      fc.property(fc.shuffledSubarray(list, { minLength: 4 }), (some) => {
        expect(ids(listed(some))).toEqual(['b', 'd', 'a', 'c']);
      }),
    );
    expect(compareAlarms(list[0]!, list[0]!)).toBe(0);
  });

  it.each([
    ['a present medium before an ended high', [alarm('high', { priority: 'high', ...ended }), alarm('now')], 'now'],
    [
      'an acknowledged high that is present before an unanswered low',
      [alarm('low', { priority: 'low' }), alarm('now', { priority: 'high', signal: 'acknowledged' })],
      'now',
    ],
    [
      'a present low before a late high',
      [alarm('late', { priority: 'high', late: true }), alarm('now', { priority: 'low' })],
      'now',
    ],
    ['an ended alarm where there is no other', [alarm('now', { priority: 'high', ...ended })], 'now'],
    ['none where all signals are off', [alarm('off', { signal: 'off' })], undefined],
    ['none where there is no alarm', [], undefined],
  ] as const)('has as headline of a tile %s', (_name, alarms, wanted) => {
    for (const order of [alarms, alarms.toReversed()]) expect(foremost(order)?.alarmId).toBe(wanted);
  });

  it('sorts beds by their headlines, beds without an alarm last', () => {
    const headlines = [
      undefined,
      alarm('high', { priority: 'high', ...ended }),
      undefined,
      alarm('low', { priority: 'low' }),
    ];
    expect(headlines.sort(compareHeadlines).map((headline) => headline?.alarmId)).toEqual([
      'low',
      'high',
      undefined,
      undefined,
    ]);
    expect(compareHeadlines(undefined, undefined)).toBe(0);
  });

  it.each([
    ['2026-01-01T10:00:00.000Z', -1, true],
    ['2026-01-01T10:00:00.000Z', 0, false],
    ['2026-01-01T10:00:00.000Z', 1, false],
    [undefined, 0, false],
    // A pause lasts 2 min at most; two clocks may be 5 s apart. One that ends later was asked for before a clock was set back.
    ['2026-01-01T10:02:05.000Z', 0, true],
    ['2026-01-01T10:02:05.001Z', 0, false],
    ['2026-01-11T10:00:00.000Z', 0, false],
  ])('a pause until %s is %d ms later still one: %s', (until, later, paused) => {
    const some = alarm('a', until === undefined ? {} : { audioPausedUntil: until });
    const now = Date.parse('2026-01-01T10:00:00.000Z') + later;
    expect(audioPausedUntilMs(some, now) !== undefined).toBe(paused);
  });

  it.each([
    ['HR 99 > 120', 'HR 000 > 000'],
    ['Temp 38.6 > 38.5', 'Temp 000.6 > 000.5'],
    ['SpO2 84 < 85', 'SpO2 000 < 000'],
    ['ABPs -5 < 90', 'ABPs -000 < 000'],
    ['No data for 1234 s', 'No data for 1234 s'],
  ])('keeps room beside "%s" for longer numbers', (text, widest) => {
    expect(widestText(alarm('a', { text }))).toBe(widest);
  });

  it('has every remark that an alarm may get', () => {
    const all = { late: true, onsets: 3, escalation: 1, signal: 'latched', present: false } as const;
    expect(possibleRemarks(alarm('a', { ...all, priority: 'high' }))).toHaveLength(remarks(alarm('a', all)).length);
    expect(possibleRemarks(alarm('a', { priority: 'low' }))).toEqual(['ended, unseen']);
  });

  it('says what is unusual about an alarm', () => {
    expect(remarks(alarm('a', {}))).toEqual([]);
    expect(remarks(alarm('a', { late: true, onsets: 3, escalation: 1, signal: 'latched', present: false }))).toEqual([
      'late',
      'ended, unseen',
      '3 ×',
      'escalated',
    ]);
    expect(remarks(alarm('a', { present: false, signal: 'acknowledged' }))).toEqual(['ended']);
  });
});

describe('how an alarm looks', () => {
  it.each([
    ['on', true, 'calling'],
    ['latched', true, 'calling'],
    ['acknowledged', true, 'steady'],
    ['latched', false, 'ended'],
    ['on', false, 'ended'],
    ['acknowledged', false, 'over'],
  ] as const)('signal %s, present %s: %s', (signal, present, look) => {
    expect(lookOf(alarm('a', { signal, present }))).toBe(look);
  });

  const high = alarm('high', { priority: 'high' });
  const highAck = alarm('high-ack', { priority: 'high', signal: 'acknowledged' });
  const highEnded = alarm('high-ended', { priority: 'high', ...ended });
  const highOver = alarm('high-over', { priority: 'high', present: false, signal: 'acknowledged' });
  const medium = alarm('medium');
  const mediumAck = alarm('medium-ack', { signal: 'acknowledged' });
  const low = alarm('low', { priority: 'low' });

  it.each([
    ['nothing', [], undefined],
    ['an unanswered one', [medium], { priority: 'medium', flashes: true }],
    ['an acknowledged one that is present', [mediumAck], { priority: 'medium', flashes: false }],
    ['acknowledged high over unanswered medium', [medium, highAck], { priority: 'high', flashes: false }],
    ['one of two high ones acknowledged', [highAck, high], { priority: 'high', flashes: true }],
    ['a high one that ended unseen behind a present medium', [medium, highEnded], { priority: 'high', flashes: true }],
    ['one that is acknowledged and over', [highOver], undefined],
    ['a signal that is off', [alarm('off', { priority: 'high', signal: 'off' })], undefined],
  ] as const)('the frame of a tile with %s', (_name, alarms, frame) => {
    expect(frameOf(alarms)).toEqual(frame);
  });

  it.each([
    ['nothing', [medium], 0, []],
    ['a high one that ended unseen', [medium, highEnded], 1, ['high-ended']],
    ['a grave acknowledged one and one that calls', [high, highAck, medium, low], 3, ['high-ack', 'medium']],
    ['the gravest alone where it calls itself', [high, medium, low], 2, ['medium']],
    ['what is off is not counted', [high, alarm('off', { signal: 'off' })], 0, []],
  ] as const)('behind the headline: %s', (_name, alarms, count, named) => {
    const headline = foremost(alarms);
    const found = behind(alarms, headline);
    expect({ count: found.count, named: ids(found.named) }).toEqual({ count, named });
  });

  it('finds the gravest alarm, whether present or ended', () => {
    expect(gravest([low, highEnded, medium])?.alarmId).toBe('high-ended');
    expect(gravest([highAck, highEnded])?.alarmId).toBe('high-ended');
    expect(gravest([])).toBeUndefined();
  });

  it('lists under an alarm the alarms of the same cause that do not call, and says whose they are', () => {
    const device = { origin: 'device', text: 'Tachycardia', signal: 'off', under: 'HR.high' } as const;
    const caller = alarm('caller', { condition: 'HR.high' });
    const under = (...others: Alarm[]) => listedUnder([caller, ...others])(caller);
    expect(under(alarm('a', device), alarm('b', { ...device, origin: undefined } as never))).toEqual([
      'Monitor: Tachycardia',
      'Tachycardia',
    ]);
    expect(under(alarm('a', { ...device, present: false }))).toEqual([]);
    expect(under(alarm('a', { ...device, signal: 'on' }))).toEqual([]);
    expect(under(alarm('a', { ...device, associationId: 'assoc-02' }))).toEqual([]);
    expect(under(alarm('a', { ...device, under: 'HR.low' }))).toEqual([]);
    expect(listedUnder([alarm('a', device)])({ ...caller, present: false })).toEqual([]);
  });

  it('has room for the word that an alarm is the device’s', () => {
    expect(widestText(alarm('a', { origin: 'device', text: 'HR 99' }))).toBe('Monitor: HR 000');
  });
});
