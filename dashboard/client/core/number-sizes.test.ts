import { describe, expect, it } from 'vitest';
import { numberPx, type SizedCell, sharedSizes, sizesOfCompact, sizesOfPlan } from './number-sizes.ts';
import { planTile } from './tile-plan.ts';

const cell = (group: string, changes: Partial<SizedCell> = {}): SizedCell => ({
  group,
  label: group,
  isPressure: false,
  digits: 0,
  note: undefined,
  hasLimits: true,
  ...changes,
});
const pressure = cell('ABP', { isPressure: true });
const cells = [cell('HR'), cell('SpO2'), pressure, cell('RR')];

describe('numberPx', () => {
  it.each([
    // cell, width, height, px
    [cell('HR'), 150, 60, 36],
    [cell('HR', { hasLimits: false }), 150, 60, 36],
    [cell('HR'), 120, 200, 32],
    [pressure, 200, 100, 30],
    [cell('HR', { note: 'questionable' }), 150, 60, 23],
  ])('a number of %o in %d × %d px has %d px', (of, widthPx, heightPx, px) => {
    expect(Math.floor(numberPx(of, { widthPx, heightPx }))).toBe(px);
  });

  it('a number grows with its cell, without a maximum', () => {
    const pxOf = (factor: number) => numberPx(cell('HR'), { widthPx: 400 * factor, heightPx: 250 * factor });
    expect(pxOf(4) / pxOf(1)).toBeCloseTo(4, 1);
    expect(pxOf(4)).toBeGreaterThan(340);
  });
});

describe('sharedSizes', () => {
  const box = { widthPx: 400, heightPx: 240 };
  const sizesOf = (of: readonly SizedCell[], beside: readonly (SizedCell | undefined)[]) =>
    sizesOfPlan(planTile(box, of, beside), box, beside);

  it('sharedSizes returns for each parameter the largest size that fits on every tile', () => {
    const withWaves = sizesOf(cells, cells.slice(0, 2));
    const withoutWaves = sizesOf(cells, []);
    expect(withWaves.get('HR')).not.toBe(withoutWaves.get('HR'));
    const shared = sharedSizes([withWaves, withoutWaves]);
    for (const { group } of cells)
      expect(shared.get(group)).toBe(Math.min(withWaves.get(group)!, withoutWaves.get(group)!));
  });

  it('a tile without a parameter does not change the size of this parameter', () => {
    const all = sizesOf(cells, []);
    expect(sharedSizes([all, sizesOf(cells.slice(0, 1), [])]).get('RR')).toBe(all.get('RR'));
  });

  it('the numbers of a compact tile have at least 16 px', () => {
    const sizes = sizesOfCompact(cells, { widthPx: 186, heightPx: 54 }, 1);
    for (const { group } of cells) expect(sizes.get(group)).toBeGreaterThanOrEqual(16);
  });
});
