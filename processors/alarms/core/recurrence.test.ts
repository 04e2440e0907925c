/** An alarm that comes again soon after it ended is the same one (CLINICAL, "Alarm vocabulary"). */
import { describe, expect, it } from 'vitest';
import type { Condition } from './condition.ts';
import { isReturn } from './recurrence.ts';

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

describe('a condition that begins continues the alarm that has ended', () => {
  it.each([
    [99_999, false],
    [100_000, true],
    [130_000, true],
    [130_001, false],
  ])('within 30 s of its end at 100 s: at %i ms, %s', (onset, expected) => {
    expect(isReturn(condition(onset), 'second', ended)).toBe(expected);
  });

  it('not with the same onset, as an alarm that ended as it began: those are its own readings again', () => {
    expect(isReturn(condition(100_000), 'first', ended)).toBe(false);
  });

  it('even with the same onset if it holds again since the end', () => {
    expect(isReturn(condition(50_000, { resumedAt: 110_000 }), 'first', ended)).toBe(true);
    expect(isReturn(condition(50_000, { resumedAt: 130_001 }), 'first', ended)).toBe(false);
    expect(isReturn(condition(100_000, { resumedAt: 100_000 }), 'first', ended)).toBe(false);
  });
});
