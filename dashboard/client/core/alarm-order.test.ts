import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { audioPausedUntilMs, compareAlarms, foremost, listed, remarks } from './alarm-order.ts';
import { alarm } from './fixtures.ts';

const ids = (alarms: readonly Alarm[]) => alarms.map((a) => a.alarmId);

describe('the order of alarms', () => {
  it('is priority, then unanswered, then newest', () => {
    const list = [
      alarm('low-new', { priority: 'low', onsetAt: '2026-01-01T10:09:00.000Z' }),
      alarm('high-ack', { priority: 'high', signal: 'acknowledged', onsetAt: '2026-01-01T10:08:00.000Z' }),
      alarm('medium', { priority: 'medium', onsetAt: '2026-01-01T10:07:00.000Z' }),
      alarm('high-old', { priority: 'high', onsetAt: '2026-01-01T10:01:00.000Z' }),
      alarm('high-latched', { priority: 'high', signal: 'latched', onsetAt: '2026-01-01T10:02:00.000Z' }),
      alarm('gone', { priority: 'high', signal: 'off' }),
    ];
    expect(ids(listed(list))).toEqual(['high-latched', 'high-old', 'high-ack', 'medium', 'low-new']);
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

  it('lets an unanswered low speak for the bed before an acknowledged high', () => {
    const answered = alarm('high', { priority: 'high', signal: 'acknowledged' });
    const open = alarm('low', { priority: 'low' });
    expect(foremost([answered, open])?.alarmId).toBe('low');
    expect(foremost([answered])?.alarmId).toBe('high');
    expect(foremost([alarm('off', { signal: 'off' })])).toBeUndefined();
    expect(foremost([])).toBeUndefined();
  });

  it.each([
    ['2026-01-01T10:00:00.000Z', -1, true],
    ['2026-01-01T10:00:00.000Z', 0, false],
    ['2026-01-01T10:00:00.000Z', 1, false],
    [undefined, 0, false],
  ])('a pause until %s is %d ms later still one: %s', (until, later, paused) => {
    const some = alarm('a', until === undefined ? {} : { audioPausedUntil: until });
    const now = Date.parse('2026-01-01T10:00:00.000Z') + later;
    expect(audioPausedUntilMs(some, now) !== undefined).toBe(paused);
  });

  it('says what is odd about an alarm', () => {
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
