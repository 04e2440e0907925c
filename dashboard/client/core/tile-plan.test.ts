import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cell, cellLeastPx, leastWidthPx, packedRows, planTile } from './tile-plan.ts';

const number = (label: string, changes: Partial<Cell> = {}): Cell => ({
  label,
  isPressure: false,
  digits: 0,
  note: undefined,
  hasLimits: false,
  ...changes,
});
const all = [
  number('HR'),
  number('SpO2'),
  number('ABP', { isPressure: true }),
  number('NBP', { isPressure: true }),
  number('RR'),
  number('EtCO2'),
  number('PR'),
  number('Temp', { digits: 1 }),
];
const beside = [all[0], all[1], all[2]];

describe('planTile', () => {
  it('if the box and its texts are twice as large, the plan has the same waves and rows, and twice the sizes', () => {
    const cells = [...all];
    const plan = planTile({ widthPx: 360, heightPx: 210 }, cells, beside);
    const large = planTile({ widthPx: 720, heightPx: 420 }, cells, beside, 2);
    expect(large).toEqual({ ...plan, columnPx: 2 * plan.columnPx, leastPx: 2 * plan.leastPx, rowPx: 2 * plan.rowPx });
  });

  it.each([
    // width, height, waves
    [348, 250, 3],
    [348, 196, 2],
    [348, 195, 1],
    [348, 146, 1],
    [348, 145, 0],
    [300, 106, 0],
  ])('a tile of %d × %d px has %d waves', (widthPx, heightPx, count) => {
    expect(planTile({ widthPx, heightPx }, all, beside).waves).toBe(count);
  });

  it('every number is shown exactly once and has at least the width of its text', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 3000 }),
        fc.integer({ min: 0, max: 1500 }),
        fc.subarray(all),
        fc.nat(3),
        fc.constantFrom(undefined, 'questionable'),
        (widthPx, heightPx, chosen, waveCount, note) => {
          const cells = chosen.map((cell) => ({ ...cell, note }));
          const places = Array.from({ length: waveCount }, (_, at) =>
            cells.find((cell) => cell.label === all[at]!.label),
          );
          const plan = planTile({ widthPx, heightPx }, cells, places);
          const shown = [...places.slice(0, plan.waves).filter((cell) => cell !== undefined), ...plan.rows.flat()];
          expect(shown.map((cell) => cell.label).sort()).toEqual(cells.map((cell) => cell.label).sort());
          for (const row of plan.rows) {
            expect(row.reduce((sum, cell) => sum + leastWidthPx(cell), 0)).toBeLessThanOrEqual(widthPx);
            if (plan.columns)
              for (const cell of row) expect(leastWidthPx(cell)).toBeLessThanOrEqual(widthPx / plan.columns);
          }
          expect(plan.leastPx).toBeGreaterThanOrEqual(plan.rows.length * cellLeastPx);
          if (plan.waves > 0) expect(plan.leastPx).toBeLessThanOrEqual(heightPx);
        },
      ),
    );
  });

  it.each([
    // Tiles of a ward of 8 beds on a screen of 1366 × 768 px and on a screen of 768 × 1024 px.
    [
      345,
      165,
      1,
      [
        ['SpO2', 'ABP', 'NBP'],
        ['RR', 'EtCO2', 'Temp'],
      ],
    ],
    [
      366,
      90,
      0,
      [
        ['HR', 'SpO2', 'ABP'],
        ['NBP', 'RR', 'EtCO2', 'Temp'],
      ],
    ],
  ])('the rows of a tile of %d × %d px have about the same number of cells', (widthPx, heightPx, count, rows) => {
    const shown = all.filter((cell) => cell.label !== 'PR');
    const plan = planTile({ widthPx, heightPx }, shown, beside.slice(0, count));
    expect(plan.waves).toBe(count);
    expect(plan.rows.map((row) => row.map((cell) => cell.label))).toEqual(rows);
  });

  it.each([
    // The narrowest tile, a tile on a phone, and a tile of a ward of 8 beds on a screen of 1366 × 768 px.
    [298],
    [334],
    [345],
  ])('a tile of %d px width has more rows, so that every number has its limits', (widthPx) => {
    const limited = all.filter((cell) => cell.label !== 'PR').map((cell) => ({ ...cell, hasLimits: true }));
    const { rows } = planTile({ widthPx, heightPx: 90 }, limited, []);
    expect(rows.map((row) => row.map((cell) => cell.label))).toEqual([
      ['HR', 'SpO2'],
      ['ABP', 'NBP'],
      ['RR', 'EtCO2', 'Temp'],
    ]);
    for (const row of rows) expect(row.reduce((sum, cell) => sum + leastWidthPx(cell), 0)).toBeLessThanOrEqual(widthPx);
  });

  it.each([
    ['HR', {}, 85],
    ['EtCO2', {}, 92],
    ['Temp', { digits: 1 }, 91],
    ['ABP', { isPressure: true }, 125],
  ] as const)('the cell of %s has room for limits beside its number', (label, changes, px) => {
    expect(Math.ceil(leastWidthPx(number(label, { ...changes, hasLimits: true })))).toBe(px);
  });

  it('the row below the waves is higher on a large tile', () => {
    const [small, large] = [300, 1950].map((heightPx) => planTile({ widthPx: 1200, heightPx }, all, beside));
    expect(small!.rowPx).toBeGreaterThanOrEqual(cellLeastPx);
    expect(large!.rowPx).toBeGreaterThan(150);
    expect(large!.leastPx).toBeLessThanOrEqual(1950);
  });

  it('packedRows starts a new row if the next number does not fit', () => {
    expect(packedRows(all, 300).map((row) => row.map((cell) => cell.label))).toEqual([
      ['HR', 'SpO2', 'ABP', 'NBP'],
      ['RR', 'EtCO2', 'PR', 'Temp'],
    ]);
  });
});
