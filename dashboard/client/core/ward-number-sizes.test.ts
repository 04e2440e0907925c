import { describe, expect, it } from 'vitest';
import type { BedGroup, PlacedBed } from './bed-groups.ts';
import { bed, numeric } from './fixtures.ts';
import { wardLayout } from './grid.ts';
import { numberSizesStyle, wardNumberSizes } from './ward-number-sizes.ts';

const few = [numeric('MDC_ECG_HEART_RATE', 88), numeric('MDC_PULS_OXIM_SAT_O2', 97)];
const many = [
  ...few,
  numeric('MDC_PRESS_BLD_ART_ABP_SYS', 120),
  numeric('MDC_PRESS_BLD_ART_ABP_DIA', 80),
  numeric('MDC_RESP_RATE', 14),
  numeric('MDC_CONC_AWAY_CO2_ET', 38),
  numeric('MDC_TEMP_BODY', 37),
];
const waves = ['MDC_ECG_ELEC_POTL_II', 'MDC_PULS_OXIM_PLETH'];
const group = (name: string, values = few, shown = waves): BedGroup => ({
  bed: bed(name, { bed: name, values, waves: shown }) as PlacedBed,
  companions: [],
});
const screen = { widthPx: 1565, heightPx: 940 };
const sizesOf = (groups: readonly BedGroup[], count = groups.length) =>
  wardNumberSizes(groups, false, wardLayout(count, screen, 6, 'auto'));

describe('wardNumberSizes', () => {
  it('wardNumberSizes returns for each parameter a size that fits on every tile', () => {
    const together = sizesOf([group('1'), group('2', many), group('3', many, [])]);
    for (const alone of [group('1'), group('2', many), group('3', many, [])])
      for (const [parameter, px] of sizesOf([alone], 3))
        expect([parameter, together.get(parameter)! <= px]).toEqual([parameter, true]);
  });

  it.each([
    [1, 4],
    [4, 12],
    [20, 64],
  ])('the numbers of a ward of %d beds are larger than those of a ward of %d beds', (fewer, more) => {
    const [large, small] = [fewer, more].map((count) => sizesOf([group('1', many), group('2', many)], count));
    for (const [parameter, px] of small!) expect([parameter, large!.get(parameter)! > px]).toEqual([parameter, true]);
  });

  it('the numbers of 64 beds on a screen of 1920 × 1080 have at least 16 px, also below an alarm', () => {
    for (const [parameter, px] of sizesOf([group('1', many), group('2')], 64))
      expect([parameter, px >= 16]).toEqual([parameter, true]);
  });

  it('a bed without values and a bed with several devices do not change the sizes', () => {
    const groups = [group('1', many)];
    const withOthers = [...groups, group('2', []), { ...group('3', many, []), companions: [group('3').bed] }];
    expect(sizesOf(withOthers, 4)).toEqual(sizesOf(groups, 4));
  });

  it('the style sheet gets whole pixels', () => {
    const style = numberSizesStyle([group('1')], false, wardLayout(12, screen, 6, 'auto'));
    expect(Object.keys(style).sort()).toEqual(['--size-HR', '--size-SpO2']);
    for (const px of Object.values(style)) expect(px).toMatch(/^\d+px$/);
  });
});
