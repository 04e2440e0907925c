/** Decides how many tiles stand side by side. A ward that does not fit the screen scrolls. */

export type Grid = { readonly columns: number; readonly rows: number; readonly scrolls: boolean };

/** Minimum size of a tile. A smaller tile is not readable from a desk. */
export const tileSizeMin = { widthPx: 300, heightPx: 160 } as const;
/** Width divided by height of the tile that is easiest to read. */
const bestAspectRatio = 1.75;

/**
 * Returns the grid for `count` tiles in a box. Of the grids that fit, chooses the grid whose tiles are nearest to the
 * best shape.
 */
export function gridFor(count: number, widthPx: number, heightPx: number, gapPx: number): Grid {
  const columnsMax = Math.max(1, Math.floor((widthPx + gapPx) / (tileSizeMin.widthPx + gapPx)));
  if (count <= 0) return { columns: 1, rows: 1, scrolls: false };
  let best: Grid | undefined;
  let bestDifference = Number.POSITIVE_INFINITY;
  for (let columns = 1; columns <= Math.min(columnsMax, count); columns++) {
    const rows = Math.ceil(count / columns);
    const width = (widthPx - gapPx * (columns - 1)) / columns;
    const height = (heightPx - gapPx * (rows - 1)) / rows;
    if (height < tileSizeMin.heightPx) continue;
    // A grid with empty places at its end is worse.
    const difference = Math.abs(Math.log(width / height / bestAspectRatio)) + 0.15 * (columns * rows - count);
    if (difference < bestDifference) {
      best = { columns, rows, scrolls: false };
      bestDifference = difference;
    }
  }
  return (
    best ?? {
      columns: Math.min(columnsMax, count),
      rows: Math.ceil(count / Math.min(columnsMax, count)),
      scrolls: true,
    }
  );
}
