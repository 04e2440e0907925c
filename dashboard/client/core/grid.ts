/** How many tiles stand side by side, so that a ward fits the screen if it can, and scrolls if it cannot. */

export type Grid = { readonly columns: number; readonly rows: number; readonly scrolls: boolean };

/** A tile narrower or lower than this is not readable from a desk. */
export const tileLeast = { widthPx: 300, heightPx: 160 } as const;
/** Width to height of a tile that reads best. */
const bestShape = 1.75;

/**
 * Returns the grid for `count` tiles in a box; of the grids that fit, the one whose tiles are nearest to the best
 * shape.
 */
export function gridFor(count: number, widthPx: number, heightPx: number, gapPx: number): Grid {
  const most = Math.max(1, Math.floor((widthPx + gapPx) / (tileLeast.widthPx + gapPx)));
  if (count <= 0) return { columns: 1, rows: 1, scrolls: false };
  let best: Grid | undefined;
  let bestOff = Number.POSITIVE_INFINITY;
  for (let columns = 1; columns <= Math.min(most, count); columns++) {
    const rows = Math.ceil(count / columns);
    const width = (widthPx - gapPx * (columns - 1)) / columns;
    const height = (heightPx - gapPx * (rows - 1)) / rows;
    if (height < tileLeast.heightPx) continue;
    // Empty places at the end count against a grid.
    const off = Math.abs(Math.log(width / height / bestShape)) + 0.15 * (columns * rows - count);
    if (off < bestOff) {
      best = { columns, rows, scrolls: false };
      bestOff = off;
    }
  }
  return best ?? { columns: Math.min(most, count), rows: Math.ceil(count / Math.min(most, count)), scrolls: true };
}
