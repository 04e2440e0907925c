import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridFor, numberGrid, slotSize, tileLeast } from './grid.ts';

describe('the grid of tiles', () => {
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
  ])('%d beds in %d × %d', (beds, width, height, columns, rows, scrolls) => {
    expect(gridFor(beds, width, height, 8)).toEqual({ columns, rows, scrolls });
  });

  it('holds every bed, and what does not scroll is readable', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(4000), fc.nat(3000), (beds, width, height) => {
        const grid = gridFor(beds, width, height, 8);
        expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(beds);
        if (!grid.scrolls && beds > 0) {
          expect((height - 8 * (grid.rows - 1)) / grid.rows).toBeGreaterThanOrEqual(tileLeast.heightPx);
        }
      }),
    );
  });
});

describe('the numbers of a bed without waves', () => {
  it.each([
    [0, 'small'],
    [46, 'small'],
    [47, 'middle'],
    [83, 'middle'],
    [84, 'large'],
    [127, 'large'],
    [128, 'huge'],
  ] as const)('%d px hold a %s one', (height, size) => {
    expect(slotSize(height)).toBe(size);
  });

  it.each([
    // numbers, width, height, columns, size
    [6, 528, 277, 3, 'huge'],
    [5, 528, 277, 3, 'huge'],
    [6, 310, 150, 3, 'middle'],
    [4, 310, 150, 2, 'middle'],
    [4, 380, 96, 2, 'middle'],
    [1, 310, 96, 1, 'large'],
    [9, 90, 96, 1, 'small'],
  ] as const)('%d in %d × %d', (count, width, height, columns, size) => {
    expect(numberGrid(count, width, height)).toEqual({ columns, size });
  });
});
