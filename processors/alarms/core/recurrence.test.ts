/** Tests of conditions that continue an ended alarm (CLINICAL, "Alarm vocabulary"). */
import { describe, expect, it } from 'vitest';
import type { Condition } from './condition.ts';
import { continuesClosedAlarm } from './recurrence.ts';

const condition = (onset: number, more: Partial<Condition> = {}): Condition => ({
  ...{
    key: 'HR.high',
    name: 'HR.high',
    kind: 'physiological',
    priority: 'medium',
    chain: 'HR.high',
    rank: 11,
    text: '',
  },
  ...{ onset, determined: onset, valueAt: onset, excess: 0, late: false, outOfOrder: false },
  ...more,
});
const ended = { alarmId: 'first', to: 100_000 };

describe('continuesClosedAlarm', () => {
  it.each([
    [99_999, false],
    [100_000, true],
    [130_000, true],
    [130_001, false],
  ])('an alarm that ended at 100 s continues if its condition begins within 30 s: at %i ms, %s', (onset, expected) => {
    expect(continuesClosedAlarm(condition(onset), 'second', ended)).toBe(expected);
  });

  it('a condition with the alarm id of the ended alarm is that alarm itself, and does not continue that alarm', () => {
    expect(continuesClosedAlarm(condition(100_000), 'first', ended)).toBe(false);
  });

  it('a condition with the alarm id of the ended alarm continues that alarm only if the condition came back within 30 s after the end', () => {
    expect(continuesClosedAlarm(condition(50_000, { resumedAt: 110_000 }), 'first', ended)).toBe(true);
    expect(continuesClosedAlarm(condition(50_000, { resumedAt: 130_001 }), 'first', ended)).toBe(false);
    expect(continuesClosedAlarm(condition(100_000, { resumedAt: 100_000 }), 'first', ended)).toBe(false);
  });
});
