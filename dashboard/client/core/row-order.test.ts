import { describe, expect, it } from 'vitest';
import { alarm } from './fixtures.ts';
import { type Rows, rowsOf } from './row-order.ts';

const none: Rows = { rows: [], fresh: [] };
const [a, b, c] = [alarm('a'), alarm('b'), alarm('c')];
const high = alarm('high', { priority: 'high' });
const shown = ({ rows }: Rows) => rows.map((row) => `${row.alarm.alarmId}${row.gone ? ' gone' : ''}`);

describe('the rows of a list', () => {
  const before = rowsOf(none, [a, b, c], false, 200);

  it('follow the order of the alarms while nobody points at them', () => {
    expect(shown(rowsOf(before, [high, c, a], false, 200))).toEqual(['high', 'c', 'a']);
    expect(shown(rowsOf(before, [high, a, b, c], false, 2))).toEqual(['high', 'a']);
  });

  it('keep their places while somebody points at them; a new alarm comes last and is named as new', () => {
    const held = rowsOf(before, [high, c, b, a], true, 200);
    expect(shown(held)).toEqual(['a', 'b', 'c', 'high']);
    expect(held.fresh).toEqual([high]);
    const later = rowsOf(held, [high, c, b, a], true, 200);
    expect(shown(later)).toEqual(['a', 'b', 'c', 'high']);
    expect(later.fresh).toEqual([high]);
  });

  it('show what changed in them, in their old place', () => {
    const graver = alarm('b', { rev: 2, priority: 'high' });
    const held = rowsOf(before, [graver, a, c], true, 200);
    expect(held.rows[1]).toEqual({ alarm: graver, gone: false });
  });

  it('leave an empty row where an alarm has gone, so that no other moves up', () => {
    const held = rowsOf(before, [b, c], true, 200);
    expect(shown(held)).toEqual(['a gone', 'b', 'c']);
    expect(shown(rowsOf(held, [a, b, c], true, 200))).toEqual(['a', 'b', 'c']);
    expect(shown(rowsOf(held, [b, c], false, 200))).toEqual(['b', 'c']);
  });

  it('do not push one out of a short list while somebody points at it', () => {
    const short = rowsOf(none, [a, b, c], false, 2);
    expect(shown(rowsOf(short, [high, a, b, c], true, 2))).toEqual(['a', 'b', 'high']);
  });

  it('do not name an alarm as new that came and has gone meanwhile', () => {
    const held = rowsOf(rowsOf(before, [high, a, b, c], true, 200), [a, b, c], true, 200);
    expect(held.fresh).toEqual([]);
    expect(shown(held)).toEqual(['a', 'b', 'c', 'high gone']);
  });
});
