import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { alarm } from './fixtures.ts';
import { type Movement, noRows, type Rows, rowsOf } from './row-order.ts';

const [a, b, c] = [alarm('a'), alarm('b'), alarm('c')];
const high = alarm('high', { priority: 'high' });
/** Returns the rows at time 0. */
const rowsAtStart = (before: Rows, alarms: readonly Alarm[], held: boolean, rowsMax: number) =>
  rowsOf(before, alarms, held ? 'held' : 'free', rowsMax, 0);
const rowTexts = ({ rows }: Rows) => rows.map((row) => `${row.alarm.alarmId}${row.isGone ? ' gone' : ''}`);

describe('rowsOf with a held list', () => {
  const before = rowsAtStart(noRows, [a, b, c], false, 200);

  it('rows follow the order of the alarms while nobody points at the list', () => {
    expect(rowTexts(rowsAtStart(before, [high, c, a], false, 200))).toEqual(['high', 'a', 'c']);
    expect(rowTexts(rowsAtStart(before, [high, a, b, c], false, 2))).toEqual(['high', 'a']);
  });

  it('rows keep their places while somebody points at the list; a new alarm is added at the end as fresh', () => {
    const heldRows = rowsAtStart(before, [high, c, b, a], true, 200);
    expect(rowTexts(heldRows)).toEqual(['a', 'b', 'c', 'high']);
    expect(heldRows.fresh).toEqual([high]);
    const later = rowsAtStart(heldRows, [high, c, b, a], true, 200);
    expect(rowTexts(later)).toEqual(['a', 'b', 'c', 'high']);
    expect(later.fresh).toEqual([high]);
  });

  it('while somebody points at the list, a row shows the present state of its alarm in its old place', () => {
    const graver = alarm('b', { rev: 2, priority: 'high' });
    const heldRows = rowsAtStart(before, [graver, a, c], true, 200);
    expect(heldRows.rows[1]).toEqual({ alarm: graver, isGone: false });
  });

  it('while somebody points at the list, the row of an alarm that has left keeps its place and is marked as gone', () => {
    const heldRows = rowsAtStart(before, [b, c], true, 200);
    expect(rowTexts(heldRows)).toEqual(['a gone', 'b', 'c']);
    expect(rowTexts(rowsAtStart(heldRows, [a, b, c], true, 200))).toEqual(['a', 'b', 'c']);
    expect(rowTexts(rowsAtStart(heldRows, [b, c], false, 200))).toEqual(['b', 'c']);
  });

  it('a new alarm does not remove a row from a short list while somebody points at the list', () => {
    const short = rowsAtStart(noRows, [a, b, c], false, 2);
    expect(rowTexts(rowsAtStart(short, [high, a, b, c], true, 2))).toEqual(['a', 'b', 'high']);
  });

  it('an alarm that came and left while somebody pointed at the list is not fresh', () => {
    const heldRows = rowsAtStart(rowsAtStart(before, [high, a, b, c], true, 200), [a, b, c], true, 200);
    expect(heldRows.fresh).toEqual([]);
    expect(rowTexts(heldRows)).toEqual(['a', 'b', 'c', 'high gone']);
  });
});

describe('rowsOf with a free or resting list', () => {
  const endedFields = { present: false, signal: 'latched' } as const;
  const flap = alarm('flap', { priority: 'high' });
  const steady = alarm('steady');
  const overFields = { present: false, signal: 'acknowledged' } as const;
  const rowsAtTime = (before: Rows, alarms: readonly Alarm[], movement: Movement, nowMs: number) =>
    rowsOf(before, alarms, movement, 200, nowMs);

  it('rows keep their places when an alarm ends and starts again', () => {
    let rows = noRows;
    for (let s = 0; s < 60; s += 1) {
      const now = { ...flap, rev: s + 1, onsets: 1 + Math.floor(s / 2), ...(s % 2 === 1 ? endedFields : {}) };
      rows = rowsAtTime(rows, [now, steady], 'free', s * 1000);
      expect(rowTexts(rows)).toEqual(['flap', 'steady']);
    }
  });

  it.each([
    ['keeps its place 1 ms before 10 s are over', 9_999, ['flap', 'steady']],
    ['is sorted as over after 10 s', 10_000, ['steady', 'flap']],
  ])('an alarm that is over %s', (_name, afterMs, wanted) => {
    const before = rowsAtTime(noRows, [flap, steady], 'free', 0);
    expect(rowTexts(rowsAtTime(before, [{ ...flap, ...overFields }, steady], 'free', afterMs))).toEqual(wanted);
  });

  it('resting rows keep their places, but a new high alarm goes to its sorted place immediately', () => {
    const lowSpO2 = alarm('d', { condition: 'SpO2.low' });
    const before = rowsAtTime(noRows, [a, b, c], 'free', 0);
    const rests = rowsAtTime(before, [high, alarm('b', { rev: 2, priority: 'low' }), c, lowSpO2], 'resting', 1000);
    expect(rowTexts(rests)).toEqual(['high', 'b', 'c', 'd']);
    expect(rests.fresh.map((alarm) => alarm.alarmId)).toEqual(['d']);
    expect(rowTexts(rowsAtTime(rests, [high, b, c, lowSpO2], 'free', 5000))).toEqual(['high', 'b', 'c', 'd']);
  });

  it('rows are sorted immediately if the list was empty', () => {
    const ended = alarm('ended', { priority: 'high', ...endedFields });
    expect(rowTexts(rowsAtTime(noRows, [ended, steady, flap], 'resting', 0))).toEqual(['flap', 'ended', 'steady']);
  });

  it('a new alarm takes the row of an alarm of the same condition and bed that has left', () => {
    const first = alarm('first', { condition: 'SpO2.low' });
    const before = rowsAtTime(noRows, [first, a], 'free', 0);
    const next = alarm('next', { condition: 'SpO2.low' });
    const rows = rowsAtTime(before, [next, a], 'held', 1000);
    expect([rowTexts(rows).toSorted(), rows.fresh]).toEqual([['a', 'next'], []]);
    expect(rowTexts(rows).indexOf('next')).toBe(rowTexts(before).indexOf('first'));
    const other = alarm('other', { condition: 'SpO2.low', priority: 'high' });
    expect(rowTexts(rowsAtTime(before, [other, a], 'held', 1000)).at(-1)).toBe('other');
  });

  it.each(['resting', 'held'] as const)(
    'if the list is %s, a new alarm takes the row of an alarm that has left',
    (movement) => {
      const before = rowsAtTime(noRows, [a, b, c], 'free', 0);
      const [d, e] = [alarm('d', { condition: 'SpO2.low' }), alarm('e', { condition: 'RR.low', priority: 'low' })];
      const left = rowsAtTime(before, [b, c], movement, 1000);
      expect(rowTexts(left)).toEqual(['a gone', 'b', 'c']);
      const rows = rowsAtTime(left, [e, d, b, c], movement, 1500);
      expect(rowTexts(rows)).toEqual(['d', 'b', 'c', 'e']);
      expect(rows.fresh.map(({ alarmId }) => alarmId)).toEqual(['d', 'e']);
    },
  );

  it.each(['resting', 'held'] as const)(
    'if the list is %s, rows of beds that the screen no longer shows leave the list at once',
    (movement) => {
      const before = rowsAtTime(noRows, [high, a, b], 'free', 0);
      const inOtherWard = { associationId: 'assoc-02', deviceId: 'bed-02' };
      const here = [alarm('here', { ...inOtherWard, priority: 'high' }), alarm('here-too', inOtherWard)];
      const isOnScreen = ({ associationId }: Alarm) => associationId === 'assoc-02';
      const rows = rowsOf(before, here, movement, 200, 1000, isOnScreen);
      expect(rowTexts(rows)).toEqual(['here', 'here-too']);
      expect(rows.fresh).toEqual([]);
    },
  );
});
