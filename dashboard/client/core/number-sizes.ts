/**
 * Computes one size for the numbers of each parameter. All tiles of a ward show the parameter in this size: the largest
 * size that fits on every tile, even on a tile with an alarm.
 */
import { compactNumberPx, compactPlan, compactWidthsIn } from './compact-plan.ts';
import { type Cell, leastWidthPx, type TilePlan, widthEm } from './tile-plan.ts';

/** A cell with its parameter (`group`). All numbers of a parameter have the same size. */
export type SizedCell = Cell & { readonly group: string };

/** For each parameter: the largest size at which its number fits on a tile, px. */
export type NumberSizes = ReadonlyMap<string, number>;

type Box = { readonly widthPx: number; readonly heightPx: number };

/** Height of a line of digits, as a multiple of the size of the digits (slot.css). */
const lineEm = 1.1;

/**
 * Returns the size of a number in its cell, px. slot.css must compute this size by the same rule.
 * @param scale factor by which the texts in the cells are enlarged
 */
export function numberPx(cell: Cell, { widthPx, heightPx }: Box, scale = 1): number {
  const { edge, head, below, note } = textsAround(widthPx, heightPx, scale);
  const acrossPx = (widthPx - (cell.hasLimits ? edge : 14 * scale)) / widthEm(cell);
  const belowPx = (cell.isPressure ? below : 0) + (cell.note === undefined ? 0 : note);
  return Math.min(acrossPx, (heightPx - head - belowPx - 3) / lineEm);
}

/**
 * Returns the room for the texts around a number, px: the limits beside the number, the label above it, the mean and
 * the note below it.
 */
function textsAround(widthPx: number, heightPx: number, scale: number) {
  if (widthPx >= 300 && heightPx >= 190) {
    const isLarge = widthPx >= 330 && heightPx >= 195;
    const leastPx = scale === 1 ? 22 : Math.max(22, (isLarge ? 14 : 12) * scale);
    const letters = Math.max(leastPx, Math.min(widthPx * 0.0667, heightPx * 0.123));
    return { edge: 3.7 * letters + 3, head: 1.4 * letters, below: 1.7 * letters, note: 0.9 * letters };
  }
  const least = { edge: 50 * scale, head: 17 * scale, below: 15 * scale, note: 14 * scale };
  if (widthPx < 170 || heightPx < 100) return least;
  const { edge, head, below, note } = least;
  return { edge: Math.max(60, edge), head: Math.max(21, head), below: Math.max(20, below), note };
}

/**
 * Returns the sizes of the numbers of a tile.
 * @param beside the cells beside the waves
 * @param scale factor by which the texts in the cells are enlarged
 */
export function sizesOfPlan<C extends SizedCell>(
  plan: TilePlan<C>,
  box: Box,
  beside: readonly (C | undefined)[],
  scale = 1,
): NumberSizes {
  // A tile that is too low grows.
  const bodyPx = Math.max(box.heightPx, plan.leastPx);
  const belowPx = plan.waves > 0 ? plan.rows.length * plan.rowPx : 0;
  const besideBox = { widthPx: plan.columnPx - 1, heightPx: (bodyPx - belowPx) / Math.max(1, plan.waves) - 1 };
  const rowPx = (plan.waves > 0 ? plan.rowPx : bodyPx / Math.max(1, plan.rows.length)) - 1;
  return smallestOf([
    ...beside
      .slice(0, plan.waves)
      .flatMap((cell) => (cell ? [[cell.group, numberPx(cell, besideBox, scale)] as const] : [])),
    ...plan.rows.flatMap((row) =>
      widthsIn(row, box.widthPx, plan.columns).map(
        (widthPx, at) => [row[at]!.group, numberPx(row[at]!, { widthPx, heightPx: rowPx }, scale)] as const,
      ),
    ),
  ]);
}

/**
 * Returns the sizes of the numbers of a compact tile.
 * @param scale factor by which the texts of the tile are enlarged
 */
export function sizesOfCompact(cells: readonly SizedCell[], box: Box, scale: number): NumberSizes {
  const { rows, leastPx } = compactPlan(box, scale, cells, () => false);
  const heightPx = Math.max(box.heightPx, leastPx) / Math.max(1, rows.length) - 1;
  return smallestOf(
    rows.flatMap((row) =>
      compactWidthsIn(row, box.widthPx).map(
        (widthPx, at) => [row[at]!.group, compactNumberPx(row[at]!, { widthPx, heightPx }, scale)] as const,
      ),
    ),
  );
}

/** Returns the widths of the cells of a row, px, without the lines between the cells. */
function widthsIn(row: readonly Cell[], widthPx: number, columns: number | undefined): number[] {
  if (columns !== undefined) return row.map(() => widthPx / columns - 1);
  const sumPx = row.reduce((sum, cell) => sum + leastWidthPx(cell), 0);
  return row.map((cell) => (widthPx * leastWidthPx(cell)) / sumPx - 1);
}

function smallestOf(entries: Iterable<readonly [string, number]>): NumberSizes {
  const smallest = new Map<string, number>();
  for (const [group, px] of entries) smallest.set(group, Math.min(px, smallest.get(group) ?? px));
  return smallest;
}

/** Returns for each parameter the largest size that fits on every tile. */
export function sharedSizes(tiles: readonly NumberSizes[]): NumberSizes {
  return smallestOf(tiles.flatMap((sizes) => [...sizes]));
}
