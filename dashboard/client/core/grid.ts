/** Decides how many tiles stand side by side. A ward that does not fit the screen scrolls. */

export type Grid = { readonly columns: number; readonly rows: number; readonly scrolls: boolean };

type TileSize = { readonly widthPx: number; readonly heightPx: number };

/**
 * Minimum size of a tile with waves. A lower tile would grow when an alarm comes, and the tiles below would move. The
 * numbers of a narrower tile would be smaller than on a compact tile.
 */
export const tileSizeMin: TileSize = { widthPx: 330, heightPx: 188 };
/**
 * Minimum size of a tile with waves, in a ward in which a bed has a second device. A compact tile has no room for the
 * numbers of a second device. So such a ward has tiles with waves, except if the tiles would be smaller than this size.
 */
export const secondDeviceSizeMin: TileSize = { widthPx: 300, heightPx: 150 };
/** Minimum size of a compact tile: two rows of numbers below the bed's name and its alarm. */
export const compactSizeMin: TileSize = { widthPx: 176, heightPx: 104 };
/** Heights of the tiles if the ward scrolls. `full` has room for numbers and two waves, `compact` only for numbers. */
const scrolledTilePx = { full: 224, compact: 112 } as const;
/** In a narrower box the tiles stand in one column. */
const listWidthPx = 620;
/** A box that is wider than this is on a screen of about 3840 px (in slot.css: a window of at least 3600 px). */
const farWidthPx = 2_800;
/** Width that stays free beside the tiles for the scrollbar (ward.css). */
const scrollbarPx = 11;
/** Width divided by height of the tile that is easiest to read. */
const bestAspectRatio = 1.6;
/**
 * Returns how much larger all sizes are in a wide box, because people look at a screen of 3840 px from farther away.
 */
const farness = (widthPx: number) => Math.max(1, widthPx / 1_600);
const timesSize = ({ widthPx, heightPx }: TileSize, factor: number): TileSize => ({
  widthPx: widthPx * factor,
  heightPx: heightPx * factor,
});

/** Returns the height of the heading of a sector, px. The height grows with the window, as the tiles do (ward.css). */
export function sectorHeadPx(widthPx: number): number {
  return Math.round(22 * farness(widthPx));
}

/**
 * The number of tiles. If the ward has several sections: the number of tiles of each section. Each section begins a new
 * row below its heading.
 */
type TileCount = number | readonly number[];

function sectionsOf(count: TileCount): readonly number[] {
  return typeof count === 'number' ? [count] : count;
}

/**
 * Returns the grid for tiles in a box. Of all grids that fit, chooses the grid with the best shape of tiles and few
 * empty places.
 * @param least minimum size of a tile
 */
export function gridFor(
  tiles: TileCount,
  widthPx: number,
  heightPx: number,
  gapPx: number,
  least: TileSize = tileSizeMin,
): Grid {
  const sections = sectionsOf(tiles);
  const count = Math.max(...sections);
  const total = sections.reduce((sum, each) => sum + each, 0);
  const rowsOf = (columns: number) => sections.reduce((sum, each) => sum + Math.ceil(each / columns), 0);
  const freePx = heightPx - headingsPx(sections, widthPx, gapPx);
  const columnsMax = Math.max(1, Math.floor((widthPx + gapPx) / (least.widthPx + gapPx)));
  if (count <= 0) return { columns: 1, rows: 1, scrolls: false };
  let best: Grid | undefined;
  let bestDifference = Number.POSITIVE_INFINITY;
  for (let columns = 1; columns <= Math.min(columnsMax, count); columns++) {
    const rows = rowsOf(columns);
    const width = (widthPx - gapPx * (columns - 1)) / columns;
    const height = (freePx - gapPx * (rows - 1)) / rows;
    if (height < least.heightPx) continue;
    // Empty places at the end make a grid worse.
    const difference = Math.abs(Math.log(width / height / bestAspectRatio)) + 0.15 * (columns * rows - total);
    if (difference < bestDifference) {
      best = { columns, rows, scrolls: false };
      bestDifference = difference;
    }
  }
  return (
    best ?? {
      columns: Math.min(columnsMax, count),
      rows: rowsOf(Math.min(columnsMax, count)),
      scrolls: true,
    }
  );
}

/**
 * Returns the height of the headings of all sections and of the gaps below them, px. A single section has no heading.
 */
function headingsPx(sections: readonly number[], widthPx: number, gapPx: number): number {
  return sections.length < 2 ? 0 : sections.length * (sectorHeadPx(widthPx) + gapPx);
}

/**
 * A ward with fewer beds never gets compact tiles by `auto` (ours), because a compact tile hides the nurse's name and
 * shortens the bed's notice. In a small window such a ward scrolls.
 */
const compactBedsMin = 9;

/**
 * What a person can choose. `auto`: tiles with waves if all these tiles fit the screen or if the ward is small. In
 * other cases, tiles with numbers only.
 */
export const layoutChoices = ['auto', 'waves', 'numbers'] as const;
export type LayoutChoice = (typeof layoutChoices)[number];

export type WardLayout = Grid & {
  /** Whether the tiles show numbers and alarms without waves. */
  readonly isCompact: boolean;
  /** Whether all tiles stand in one column, as on a phone. */
  readonly isList: boolean;
  /** Height of the heading of each sector. */
  readonly sectorPx: number;
  readonly tileWidthPx: number;
  readonly tileHeightPx: number;
  /** Factor by which the texts in the cells of tiles with waves are enlarged, because people look from farther away. */
  readonly cellScale: number;
};

/** Returns the layout of the tiles of a ward in a box. */
export function wardLayout(
  tiles: TileCount,
  box: { readonly widthPx: number; readonly heightPx: number },
  gapPx: number,
  choice: LayoutChoice,
  hasSecondDevices = false,
): WardLayout {
  const { widthPx, heightPx } = box;
  const isList = widthPx < listWidthPx;
  const sections = sectionsOf(tiles);
  const count = sections.reduce((sum, each) => sum + each, 0);
  const factor = farness(widthPx);
  const least = timesSize(hasSecondDevices ? secondDeviceSizeMin : tileSizeMin, factor);
  const full = gridFor(tiles, widthPx, heightPx, gapPx, least);
  const isCompact = choice === 'numbers' || (choice === 'auto' && !isList && full.scrolls && count >= compactBedsMin);
  const fitting = isCompact ? gridFor(tiles, widthPx, heightPx, gapPx, timesSize(compactSizeMin, factor)) : full;
  const grid = isList ? { columns: 1, rows: Math.max(1, count), scrolls: true } : fitting;
  return {
    ...grid,
    isCompact,
    isList,
    sectorPx: sectorHeadPx(widthPx),
    cellScale: widthPx < farWidthPx ? 1 : factor,
    tileWidthPx: Math.floor((widthPx - scrollbarPx - gapPx * (grid.columns - 1)) / grid.columns),
    tileHeightPx: Math.floor(
      grid.scrolls
        ? scrolledTilePx[isCompact ? 'compact' : 'full'] * factor
        : (heightPx - headingsPx(sections, widthPx, gapPx) - gapPx * (grid.rows - 1)) / grid.rows,
    ),
  };
}
