import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import {
  alarmsBesideHeadline,
  audioPausedUntilMs,
  compareAlarms,
  compareHeadlines,
  frameOf,
  headlineAlarm,
  listedAlarms,
  lookOf,
  mostSeriousAlarm,
  possibleRemarks,
  remarksOf,
  textsListedUnder,
  widestAlarmText,
} from './alarm-order.ts';
import { alarm } from './fixtures.ts';

const ids = (alarms: readonly Alarm[]) => alarms.map((a) => a.alarmId);

const ended = { present: false, signal: 'latched' } as const;

describe('compareAlarms, listedAlarms, headlineAlarm', () => {
  it('alarms that are over come last; within each group alarms are sorted by priority, unanswered first, present first, newest first', () => {
    const list = [
      alarm('high-ended-new', { priority: 'high', ...ended, onsetAt: '2026-01-01T10:59:00.000Z' }),
      alarm('low-new', { priority: 'low', onsetAt: '2026-01-01T10:09:00.000Z' }),
      alarm('high-ack', { priority: 'high', signal: 'acknowledged', onsetAt: '2026-01-01T10:08:00.000Z' }),
      alarm('high-late', { priority: 'high', late: true, onsetAt: '2026-01-01T10:07:30.000Z' }),
      alarm('medium', { priority: 'medium', onsetAt: '2026-01-01T10:07:00.000Z' }),
      alarm('high-old', { priority: 'high', onsetAt: '2026-01-01T10:01:00.000Z' }),
      alarm('high-new', { priority: 'high', onsetAt: '2026-01-01T10:02:00.000Z' }),
      alarm('high-over', { priority: 'high', present: false, signal: 'acknowledged' }),
      alarm('high-late-ack', { priority: 'high', late: true, signal: 'acknowledged' }),
      alarm('gone', { priority: 'high', signal: 'off' }),
    ];
    expect(ids(listedAlarms(list))).toEqual([
      'high-new',
      'high-old',
      'high-ended-new',
      'high-late',
      'high-ack',
      'medium',
      'low-new',
      'high-late-ack',
      'high-over',
    ]);
  });

  it('the order of alarms does not depend on the order in which the alarms came', () => {
    const list = ['a', 'b', 'c', 'd'].map((id, i) => alarm(id, { priority: i % 2 ? 'high' : 'low' }));
    fc.assert(
      fc.property(fc.shuffledSubarray(list, { minLength: 4 }), (shuffled) => {
        expect(ids(listedAlarms(shuffled))).toEqual(['b', 'd', 'a', 'c']);
      }),
    );
    expect(compareAlarms(list[0]!, list[0]!)).toBe(0);
  });

  it.each([
    [
      'an ended high alarm that nobody has answered, not a present medium alarm',
      [alarm('high', { priority: 'high', ...ended }), alarm('now')],
      'high',
    ],
    [
      'a present medium alarm, not a high alarm that has ended and is answered',
      [alarm('high', { priority: 'high', present: false, signal: 'acknowledged' }), alarm('now')],
      'now',
    ],
    [
      'an acknowledged high alarm, not an unanswered low alarm',
      [alarm('low', { priority: 'low' }), alarm('now', { priority: 'high', signal: 'acknowledged' })],
      'now',
    ],
    [
      'a late high alarm that nobody has answered, not a present low alarm',
      [alarm('late', { priority: 'high', late: true }), alarm('now', { priority: 'low' })],
      'late',
    ],
    ['an ended alarm if there is no other alarm', [alarm('now', { priority: 'high', ...ended })], 'now'],
    ['no alarm if all signals are off', [alarm('off', { signal: 'off' })], undefined],
    ['no alarm if the bed has no alarm', [], undefined],
  ] as const)('the headline of a tile shows %s', (_name, alarms, wanted) => {
    for (const order of [alarms, alarms.toReversed()]) expect(headlineAlarm(order)?.alarmId).toBe(wanted);
  });

  it('beds are sorted by their headline alarms, and beds without an alarm come last', () => {
    const headlines = [
      undefined,
      alarm('high', { priority: 'high', ...ended }),
      undefined,
      alarm('low', { priority: 'low' }),
    ];
    expect(headlines.sort(compareHeadlines).map((headline) => headline?.alarmId)).toEqual([
      'high',
      'low',
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
    // A pause lasts at most 2 min, and two clocks may differ by 5 s. So if a pause ends more than 2 min 5 s from now, a
    // clock was set back after the pause began.
    ['2026-01-01T10:02:05.000Z', 0, true],
    ['2026-01-01T10:02:05.001Z', 0, false],
    ['2026-01-11T10:00:00.000Z', 0, false],
  ])('if the audio is paused until %s, then %d ms after 10:00 the alarm is paused: %s', (until, laterMs, paused) => {
    const pausedAlarm = alarm('a', until === undefined ? {} : { audioPausedUntil: until });
    const now = Date.parse('2026-01-01T10:00:00.000Z') + laterMs;
    expect(audioPausedUntilMs(pausedAlarm, now) !== undefined).toBe(paused);
  });

  it.each([
    ['HR 99 > 120', 'HR 000 > 000'],
    ['Temp 38.6 > 38.5', 'Temp 000.6 > 000.5'],
    ['SpO2 84 < 85', 'SpO2 000 < 000'],
    ['ABPs -5 < 90', 'ABPs -000 < 000'],
    ['No data for 1234 s', 'No data for 1234 s'],
  ])('the widest form of "%s" is "%s"', (text, widest) => {
    expect(widestAlarmText(alarm('a', { text }))).toBe(widest);
  });

  it('possibleRemarks returns as many remarks as an alarm can have at the same time', () => {
    const all = { late: true, onsets: 3, escalation: 1, signal: 'latched', present: false } as const;
    expect(possibleRemarks(alarm('a', { ...all, priority: 'high' }))).toHaveLength(remarksOf(alarm('a', all)).length);
    expect(possibleRemarks(alarm('a', { priority: 'low' }))).toEqual(['ended, unseen']);
  });

  it('remarksOf says that an alarm is late, has ended, came again, or is escalated', () => {
    expect(remarksOf(alarm('a', {}))).toEqual([]);
    expect(remarksOf(alarm('a', { late: true, onsets: 3, escalation: 1, signal: 'latched', present: false }))).toEqual([
      'late',
      'ended, unseen',
      '3 ×',
      'escalated',
    ]);
    expect(remarksOf(alarm('a', { present: false, signal: 'acknowledged' }))).toEqual(['ended']);
  });
});

describe('lookOf, frameOf, alarmsBesideHeadline, mostSeriousAlarm, textsListedUnder', () => {
  it.each([
    ['on', true, 'calling'],
    ['latched', true, 'calling'],
    ['acknowledged', true, 'steady'],
    ['latched', false, 'ended'],
    ['on', false, 'ended'],
    ['acknowledged', false, 'over'],
  ] as const)('an alarm with the signal %s and present = %s has the look "%s"', (signal, present, look) => {
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
    ['without an alarm has no frame', [], undefined],
    ['with an unanswered alarm flashes', [medium], { priority: 'medium', flashes: true }],
    ['with an acknowledged present alarm does not flash', [mediumAck], { priority: 'medium', flashes: false }],
    [
      'with an acknowledged high and an unanswered medium alarm has a high frame that does not flash',
      [medium, highAck],
      { priority: 'high', flashes: false },
    ],
    ['with two high alarms, one unanswered, flashes', [highAck, high], { priority: 'high', flashes: true }],
    [
      'with an ended unanswered high and a present medium alarm has a high frame that flashes',
      [medium, highEnded],
      { priority: 'high', flashes: true },
    ],
    ['with an ended acknowledged alarm has no frame', [highOver], undefined],
    ['with an alarm whose signal is off has no frame', [alarm('off', { priority: 'high', signal: 'off' })], undefined],
  ] as const)('a tile %s', (_name, alarms, frame) => {
    expect(frameOf(alarms)).toEqual(frame);
  });

  it.each([
    ['names no other alarm if there is only the headline', [medium], 0, []],
    ['names a high alarm that has ended and that nobody has answered', [high, highEnded], 1, ['high-ended']],
    ['names an acknowledged high and a calling medium alarm', [high, highAck, medium, low], 3, ['high-ack', 'medium']],
    ['names only the most serious of the other alarms if that alarm calls', [high, medium, low], 2, ['medium']],
    ['does not count an alarm whose signal is off', [high, alarm('off', { signal: 'off' })], 0, []],
  ] as const)('a tile %s', (_name, alarms, count, named) => {
    const others = alarmsBesideHeadline(alarms, headlineAlarm(alarms));
    expect({ count: others.count, named: ids(others.named) }).toEqual({ count, named });
  });

  it('mostSeriousAlarm returns the alarm with the highest priority, even if this alarm has ended', () => {
    expect(mostSeriousAlarm([low, highEnded, medium])?.alarmId).toBe('high-ended');
    expect(mostSeriousAlarm([highAck, highEnded])?.alarmId).toBe('high-ended');
    expect(mostSeriousAlarm([])).toBeUndefined();
  });

  it('textsListedUnder returns the texts of silent alarms that have the cause of the alarm; the monitor’s own texts begin with “Monitor”', () => {
    const device = { origin: 'device', text: 'Tachycardia', signal: 'off', under: 'HR.high' } as const;
    const caller = alarm('caller', { condition: 'HR.high' });
    const under = (...others: Alarm[]) => textsListedUnder([caller, ...others])(caller);
    expect(under(alarm('a', device), alarm('b', { ...device, origin: undefined } as never))).toEqual([
      'Monitor: Tachycardia',
      'Tachycardia',
    ]);
    expect(under(alarm('a', { ...device, present: false }))).toEqual([]);
    expect(under(alarm('a', { ...device, signal: 'on' }))).toEqual([]);
    expect(under(alarm('a', { ...device, associationId: 'assoc-02' }))).toEqual([]);
    expect(under(alarm('a', { ...device, under: 'HR.low' }))).toEqual([]);
    expect(textsListedUnder([alarm('a', device)])({ ...caller, present: false })).toEqual([]);
  });

  it('widestAlarmText includes the word "Monitor" of a device’s own alarm', () => {
    expect(widestAlarmText(alarm('a', { origin: 'device', text: 'HR 99' }))).toBe('Monitor: HR 000');
  });
});
