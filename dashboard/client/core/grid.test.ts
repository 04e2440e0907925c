import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactSizeMin, gridFor, layoutChoices, sectorHeadPx, tileSizeMin, wardLayout } from './grid.ts';

describe('gridFor', () => {
  it.each([
    // beds, width, height, columns, rows, scrolls
    [8, 1600, 1010, 3, 3, false],
    [16, 1600, 1010, 4, 4, false],
    [8, 1020, 650, 3, 3, false],
    [8, 390, 700, 1, 8, true],
    [1, 1600, 1010, 1, 1, false],
    [0, 1600, 1010, 1, 1, false],
    [64, 1600, 1010, 4, 16, true],
    [4, 0, 0, 1, 4, true],
  ])(
    '%d beds in %d × %d px stand in %d columns and %d rows, and scroll: %s',
    (beds, width, height, columns, rows, scrolls) => {
      expect(gridFor(beds, width, height, 8)).toEqual({ columns, rows, scrolls });
    },
  );

  it('the grid has a place for every bed, and its tiles have at least the minimum height if it does not scroll', () => {
    fc.assert(
      fc.property(
        fc.nat(100),
        fc.nat(4000),
        fc.nat(3000),
        fc.constantFrom(tileSizeMin, compactSizeMin),
        (beds, width, height, least) => {
          const grid = gridFor(beds, width, height, 8, least);
          expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(beds);
          if (!grid.scrolls && beds > 0) {
            expect((height - 8 * (grid.rows - 1)) / grid.rows).toBeGreaterThanOrEqual(least.heightPx);
          }
        },
      ),
    );
  });
});

describe('wardLayout', () => {
  /** The room beside the list of alarms, for the tiles, on a screen of 1920 × 1080 px. */
  const screen = { widthPx: 1565, heightPx: 940 };
  it.each([
    // beds, choice, compact, scrolls
    [12, 'auto', false, false],
    [16, 'auto', false, false],
    [17, 'auto', true, false],
    [64, 'auto', true, false],
    [64, 'waves', false, true],
    [12, 'numbers', true, false],
    [100, 'auto', true, true],
  ] as const)('%d beds with the choice %s are compact: %s, and scroll: %s', (beds, choice, isCompact, scrolls) => {
    expect(wardLayout(beds, screen, 6, choice)).toMatchObject({ isCompact, scrolls });
  });

  it('if a bed has a second device, the ward keeps tiles with waves for more beds, because a compact tile has no room for the numbers of this device', () => {
    expect(wardLayout(20, screen, 6, 'auto').isCompact).toBe(true);
    expect(wardLayout(20, screen, 6, 'auto', true)).toMatchObject({ isCompact: false, scrolls: false });
    expect(wardLayout(40, screen, 6, 'auto', true).isCompact).toBe(true);
  });

  it.each([
    ['auto', false],
    ['numbers', true],
  ] as const)('on a phone with the choice %s all tiles stand in one column, compact: %s', (choice, isCompact) => {
    expect(wardLayout(64, { widthPx: 348, heightPx: 600 }, 6, choice)).toMatchObject({
      columns: 1,
      isList: true,
      isCompact,
      scrolls: true,
    });
  });

  it('each section begins a row, and the headings take room', () => {
    const screen = { widthPx: 1566, heightPx: 976 };
    const layout = wardLayout(12, screen, 6, 'waves');
    const two = wardLayout([6, 6], screen, 6, 'waves');
    expect([layout.columns, layout.rows]).toEqual([4, 3]);
    expect(two.rows).toBe(2 * Math.ceil(6 / two.columns));
    const usedPx = two.rows * two.tileHeightPx + (two.rows + 1) * 6 + 2 * sectorHeadPx(screen.widthPx);
    expect(usedPx).toBeLessThanOrEqual(976);
    expect(usedPx).toBeGreaterThan(976 - two.rows - 1);
    expect(wardLayout([12], screen, 6, 'waves')).toEqual(layout);
  });

  it.each([4, 12, 32, 64])('the layout of %i beds is the same at 3840 × 2160 as at 1920 × 1080', (count) => {
    const layoutIn = (factor: number) =>
      wardLayout(count, { widthPx: 1600 * factor, heightPx: 970 * factor }, 6 * factor, 'auto');
    const { columns, rows, isCompact } = layoutIn(1);
    expect(layoutIn(2)).toMatchObject({ columns, rows, isCompact });
  });

  it('64 beds in two sectors fit one screen of 1920 × 1080 as compact tiles', () => {
    expect(wardLayout([32, 32], { widthPx: 1566, heightPx: 968 }, 6, 'auto')).toMatchObject({
      isCompact: true,
      scrolls: false,
    });
  });

  it('no tile is narrower than the minimum width, unless the box is narrower', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 320, max: 4000 }),
        fc.integer({ min: 200, max: 3000 }),
        fc.constantFrom(...layoutChoices),
        (beds, widthPx, heightPx, choice) => {
          const layout = wardLayout(beds, { widthPx, heightPx }, 6, choice);
          const least = layout.isCompact ? compactSizeMin : tileSizeMin;
          // The scrollbar takes 11 px of the row.
          expect(layout.tileWidthPx).toBeGreaterThanOrEqual(Math.min(least.widthPx, widthPx) - 12);
          expect(layout.columns * layout.rows).toBeGreaterThanOrEqual(beds);
        },
      ),
    );
  });
});
