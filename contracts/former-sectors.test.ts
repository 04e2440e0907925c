import { expect, it } from 'vitest';
import { formerSectorMs, formersAfterChange, planAgeMsMax, withFormerSectors } from './former-sectors.ts';

const planWith = (...sectors: [string, ...string[]][]) => ({
  ward: 'icu',
  beds: ['1', '2', '3'],
  sectors: sectors.map(([name, ...beds]) => ({ name, beds })),
});
const before = planWith(['North', '1', '2'], ['South', '3']);
const after = planWith(['North', '1'], ['South', '2', '3']);

it('the former sectors of a changed ward count until the pages have learned the change, and no longer', () => {
  const formers = formersAfterChange([], [before], [after], 1_000);
  const at = (nowMs: number) => withFormerSectors([after], formers, nowMs)[0];
  expect(at(1_000)).toEqual({ ...after, formerSectors: before.sectors });
  expect(at(999 + formerSectorMs)).toEqual({ ...after, formerSectors: before.sectors });
  expect(at(1_000 + formerSectorMs)).toEqual(after);
  expect(formersAfterChange(formers, [after], [after], 1_000 + formerSectorMs)).toEqual([]);
  expect(formerSectorMs).toBeGreaterThan(planAgeMsMax + 60_000);
});

it('the former sectors of two changes in a row both count; another ward, and a ward that had no sectors, have no former sectors', () => {
  const third = planWith(['South', '1', '2', '3']);
  const once = formersAfterChange([], [before], [after], 0);
  const twice = formersAfterChange(once, [after], [third], 10);
  expect(withFormerSectors([third], twice, 20)[0]?.formerSectors).toEqual([...before.sectors, ...after.sectors]);
  expect(withFormerSectors([{ ...third, ward: 'hdu' }], twice, 20)[0]?.formerSectors).toBeUndefined();
  expect(formersAfterChange([], [{ ward: 'icu', beds: [] }], [after], 0)).toEqual([]);
  expect(formersAfterChange(once, [after], [after], 10)).toBe(once);
});
