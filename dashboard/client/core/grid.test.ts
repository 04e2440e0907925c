import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridFor, tileSizeMin } from './grid.ts';

describe('gridFor', () => {
  it.each([
    // beds, width, height, columns, rows, scrolls
    [8, 1600, 1010, 3, 3, false],
    [16, 1600, 1010, 4, 4, false],
    [8, 1000, 650, 3, 3, false],
    [8, 390, 700, 1, 8, true],
    [1, 1600, 1010, 1, 1, false],
    [0, 1600, 1010, 1, 1, false],
    [64, 1600, 1010, 5, 13, true],
    [4, 0, 0, 1, 4, true],
  ])(
    '%d beds in %d × %d px stand in %d columns and %d rows, and scroll: %s',
    (beds, width, height, columns, rows, scrolls) => {
      expect(gridFor(beds, width, height, 8)).toEqual({ columns, rows, scrolls });
    },
  );

  it('the grid has a place for every bed, and its tiles have at least the minimum height if it does not scroll', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(4000), fc.nat(3000), (beds, width, height) => {
        const grid = gridFor(beds, width, height, 8);
        expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(beds);
        if (!grid.scrolls && beds > 0) {
          expect((height - 8 * (grid.rows - 1)) / grid.rows).toBeGreaterThanOrEqual(tileSizeMin.heightPx);
        }
      }),
    );
  });
});
