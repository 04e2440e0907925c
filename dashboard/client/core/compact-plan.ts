/**
 * Plans the numbers of a compact tile. The tile shows as many numbers as fit. The numbers stand in rows, and each
 * number has its label at the left.
 */
import { type Cell, widthEm } from './tile-plan.ts';

/** The smallest size of a number on a compact tile. */
const leastFontPx = 16;
const labelCharPx = 7.4;
const edgesPx = 12;
/** Width of the mark `?` of a number with a note. */
const notePx = 10;
/** Height of a line of digits, as a multiple of the size of the digits. */
const lineEm = 1.1;
/**
 * When the plan compares sizes, it multiplies the size of a pressure's digits by this number. A pressure has twice as
 * many digits, so they may be smaller than the digits of other numbers.
 */
const pressureShare = 1.5;
const balanceStepPx = 4;
const rowLeastPx = 26;

/** Returns the width of the label with its distance to the number, px. */
export function labelPx({ label, note }: Pick<Cell, 'label' | 'note'>): number {
  return Math.ceil(label.length * labelCharPx + edgesPx + (note === undefined ? 0 : notePx));
}

export function compactWidthPx(cell: Cell): number {
  return Math.ceil(widthEm(cell) * leastFontPx + labelPx(cell));
}

type Box = { readonly widthPx: number; readonly heightPx: number };

/** Returns the size of the box divided by the scale, as if the texts of the tile had their normal size. */
const unscaled = ({ widthPx, heightPx }: Box, scale: number): Box => ({
  widthPx: widthPx / scale,
  heightPx: heightPx / scale,
});

export type CompactPlan<C> = {
  readonly rows: readonly (readonly C[])[];
  /** Number of cells that do not fit. */
  readonly hidden: number;
  /** Minimum height, px. */
  readonly leastPx: number;
};

/**
 * Returns the rows of cells that fit into the box, at least one row. If several arrangements fit, chooses the
 * arrangement with the largest numbers. If not all cells fit, cells with an alarm come first, so that the tile always
 * shows the number of an alarm.
 * @param scale factor by which the texts of the tile are enlarged
 */
export function compactPlan<C extends Cell>(
  boxOfTile: Box,
  scale: number,
  cells: readonly C[],
  isAlarming: (cell: C) => boolean,
): CompactPlan<C> {
  const box = unscaled(boxOfTile, scale);
  const rowsMax = Math.max(1, Math.floor(box.heightPx / rowLeastPx));
  const packed = packedRows(cells, box.widthPx);
  const rows =
    packed.length <= rowsMax
      ? largestRows(cells, box, packed.length, rowsMax)
      : packedRows(
          cells.toSorted((a, b) => Number(isAlarming(b)) - Number(isAlarming(a))),
          box.widthPx,
        ).slice(0, rowsMax);
  return { rows, hidden: cells.length - rows.flat().length, leastPx: Math.max(1, rows.length) * rowLeastPx * scale };
}

/** Returns the widths of the cells of a row that fills the box, px, without the lines between the cells. */
export function compactWidthsIn(row: readonly Cell[], widthPx: number): number[] {
  const sumPx = row.reduce((sum, cell) => sum + compactWidthPx(cell), 0);
  return row.map((cell) => (widthPx * compactWidthPx(cell)) / sumPx - 1);
}

/** Returns the size of a number in its cell, px. tile-compact.css must compute this size by the same rule. */
export function compactNumberPx(cell: Cell, { widthPx, heightPx }: Box, scale: number): number {
  return Math.min((widthPx - labelPx(cell) * scale) / widthEm(cell), (heightPx - 2) / lineEm);
}

function largestRows<C extends Cell>(cells: readonly C[], box: Box, rowsMin: number, rowsMax: number): readonly C[][] {
  let best: C[][] = [];
  let bestPx = Number.NEGATIVE_INFINITY;
  for (let count = rowsMin; count <= Math.min(rowsMax, cells.length); count += 1) {
    const rows = evenRows(cells, box.widthPx, count);
    const heightPx = box.heightPx / rows.length - 1;
    const sizesPx = rows.flatMap((row) =>
      compactWidthsIn(row, box.widthPx).map(
        (widthPx, at) =>
          compactNumberPx(row[at]!, { widthPx, heightPx }, 1) * (row[at]!.isPressure ? pressureShare : 1),
      ),
    );
    const leastPx = Math.min(...sizesPx);
    if (leastPx <= bestPx) continue;
    best = rows;
    bestPx = leastPx;
  }
  return best;
}

/** Returns at most `count` rows that are filled about equally. */
function evenRows<C extends Cell>(cells: readonly C[], widthPx: number, count: number): C[][] {
  const sumPx = cells.reduce((sum, cell) => sum + compactWidthPx(cell), 0);
  for (let limitPx = sumPx / count; limitPx < widthPx; limitPx += balanceStepPx) {
    const rows = packedRows(cells, limitPx);
    if (rows.length <= count) return rows;
  }
  return packedRows(cells, widthPx);
}

function packedRows<C extends Cell>(cells: readonly C[], widthPx: number): C[][] {
  const rows: C[][] = [];
  let remainingPx = 0;
  for (const cell of cells) {
    const needPx = compactWidthPx(cell);
    if (rows.length === 0 || needPx > remainingPx) {
      rows.push([]);
      remainingPx = widthPx;
    }
    rows.at(-1)!.push(cell);
    remainingPx -= needPx;
  }
  return rows;
}
