import { describe, expect, it } from 'vitest';
import { compactPlan, compactWidthPx } from './compact-plan.ts';
import type { Cell } from './tile-plan.ts';

const cell = (label: string, changes: Partial<Cell> = {}): Cell => ({
  label,
  isPressure: false,
  digits: 0,
  note: undefined,
  hasLimits: true,
  ...changes,
});
const all = [
  cell('HR'),
  cell('SpO2'),
  cell('ABP', { isPressure: true }),
  cell('RR'),
  cell('EtCO2'),
  cell('Temp', { digits: 1 }),
];
const noAlarm = () => false;

describe('compactPlan', () => {
  const labels = (box: { widthPx: number; heightPx: number }, isAlarming: (cell: Cell) => boolean = noAlarm) => {
    const { rows, hidden } = compactPlan(box, 1, all, isAlarming);
    return { rows: rows.map((row) => row.map(({ label }) => label)), hidden };
  };

  it.each([
    [600, 30, [['HR', 'SpO2', 'ABP', 'RR', 'EtCO2', 'Temp']], 0],
    [
      186,
      55,
      [
        ['HR', 'SpO2'],
        ['ABP', 'RR'],
      ],
      2,
    ],
    [186, 20, [['HR', 'SpO2']], 4],
    [
      186,
      80,
      [
        ['HR', 'SpO2'],
        ['ABP', 'RR'],
        ['EtCO2', 'Temp'],
      ],
      0,
    ],
  ])(
    'a tile with %d × %d px for numbers has the rows %j, and %d numbers have no room',
    (widthPx, heightPx, rows, hidden) => {
      expect(labels({ widthPx, heightPx })).toEqual({ rows, hidden });
    },
  );

  it('a number with an alarm comes first if not all numbers have room', () => {
    expect(labels({ widthPx: 186, heightPx: 30 }, ({ label }) => label === 'Temp')).toEqual({
      rows: [['Temp', 'HR']],
      hidden: 4,
    });
  });

  it('the numbers keep their order if all have room', () => {
    const { rows } = labels({ widthPx: 600, heightPx: 30 }, ({ label }) => label === 'Temp');
    expect(rows).toEqual([['HR', 'SpO2', 'ABP', 'RR', 'EtCO2', 'Temp']]);
  });

  it('no row is wider than the box', () => {
    for (let widthPx = 130; widthPx < 700; widthPx += 7)
      for (const row of compactPlan({ widthPx, heightPx: 500 }, 1, all, noAlarm).rows)
        expect(row.reduce((sum, each) => sum + compactWidthPx(each), 0)).toBeLessThanOrEqual(widthPx);
  });
});
