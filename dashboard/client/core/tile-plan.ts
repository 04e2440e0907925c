/**
 * Plans what a bed's tile shows. A number is never cut. If there is little room, the tile first shows fewer waves, then
 * more rows of numbers, and then the tile grows. The widths are for the widest usual font (DejaVu Sans, bold).
 */

/** The properties of a parameter's cell that decide its size. */
export type Cell = {
  readonly label: string;
  /** Whether the cell shows systolic over diastolic with the mean below. */
  readonly isPressure: boolean;
  /** Digits after the point. */
  readonly digits: number;
  /** A word about the number (`questionable`), on its own line. */
  readonly note: string | undefined;
  /** Whether alarm limits stand beside the number. */
  readonly hasLimits: boolean;
};

/**
 * Returns the width of the longest text of a cell, em: `288/188`, `40.0`, `188`. `--em` in slot.css must have this
 * value.
 */
export function widthEm({ isPressure, digits }: Pick<Cell, 'isPressure' | 'digits'>): number {
  if (isPressure) return 4.65;
  return digits > 0 ? 2.55 : 2.15;
}

/** The smallest size of a number on a tile. */
const leastFontPx = 16;
const cellEdgesPx = 14;
/** Room beside the number for its limits, which are never hidden. `--edge` in slot.css must have this value. */
const limitsEdgePx = 50;
const labelCharPx = 8.2;
/**
 * Width of a letter of the label in a narrow cell. In such a cell, label and age have smaller letters (slot.css) and
 * share a line, because the limits need the next line.
 */
const narrowLabelCharPx = 7.6;
/** Width of the longest ages: `99 min`, `47 h 59`. */
const narrowAgePx = 40;
const noteCharPx = 6.8;
/** Height of the label, the number, and the line of the mean or of the age. */
export const cellLeastPx = 48;
const noteLinePx = 13;
/** Width of a pressure's label with the age beside it. */
const pressureLeastPx = 90;

export function leastWidthPx(cell: Cell): number {
  const px = Math.max(
    widthEm(cell) * leastFontPx + (cell.hasLimits ? limitsEdgePx : cellEdgesPx),
    cell.label.length * labelCharPx + cellEdgesPx,
    cell.hasLimits && !cell.isPressure ? cell.label.length * narrowLabelCharPx + narrowAgePx + cellEdgesPx : 0,
    (cell.note?.length ?? 0) * noteCharPx + cellEdgesPx,
    cell.isPressure ? pressureLeastPx : 0,
  );
  return Math.ceil(px);
}

/** Returns the minimum height of a row of these cells, px. A lower row would cut the cells. */
export function leastHeightPx(cells: readonly Cell[]): number {
  return cellLeastPx + (cells.some((cell) => cell.note !== undefined) ? noteLinePx : 0);
}

export type TilePlan<C extends Cell> = {
  /** Number of waves that are drawn, from the first on. */
  readonly waves: number;
  /** Number of equal columns in all rows; undefined if each cell is as wide as it needs to be. */
  readonly columns: number | undefined;
  /** Width of the numbers beside the waves, px; 0 without waves. */
  readonly columnPx: number;
  /** Rows of numbers below the waves, or all numbers if no wave is drawn. */
  readonly rows: readonly (readonly C[])[];
  /** Minimum height of the tile's body, px. A lower body would be cut. */
  readonly leastPx: number;
  /** Height of one row of numbers below waves, px. */
  readonly rowPx: number;
};

/** Minimum width of a cell beside its wave, with limits. */
const columnLeastPx = 136;
/** Width of a cell beside its wave, as a part of the tile's width. */
const columnShare = 0.3;
/** Minimum height of a wave with its cell. */
const waveRowLeastPx = 50;
/** Height of a row of numbers below the waves, as a part of a wave's height, if there is room. */
const numberRowShare = 0.9;

/**
 * Returns the plan for a box: all numbers, and as many waves as still fit.
 * @param cells all cells in their order
 * @param beside for each wave, the cell that stands beside the wave; undefined if the bed has no value for this cell
 * @param scale factor by which the texts in the cells are enlarged
 */
export function planTile<C extends Cell>(
  box: { readonly widthPx: number; readonly heightPx: number },
  cells: readonly C[],
  beside: readonly (C | undefined)[],
  scale = 1,
): TilePlan<C> {
  if (scale !== 1) {
    const plan = planTile({ widthPx: box.widthPx / scale, heightPx: box.heightPx / scale }, cells, beside);
    const [columnPx, leastPx, rowPx] = [plan.columnPx, plan.leastPx, plan.rowPx].map((px) => Math.round(px * scale));
    return { ...plan, columnPx: columnPx!, leastPx: leastPx!, rowPx: rowPx! };
  }
  const columnPx = Math.round(Math.max(columnLeastPx, box.widthPx * columnShare));
  for (let waves = beside.length; waves > 0; waves -= 1) {
    const cellsBeside = beside.slice(0, waves);
    const cellsBelow = cells.filter((cell) => !cellsBeside.includes(cell));
    const rows = balancedRows(cellsBelow, box.widthPx);
    const notePx = cellsBeside.some((cell) => cell?.note !== undefined) ? noteLinePx : 0;
    const wavesPx = waves * (waveRowLeastPx + notePx);
    const rowLeastPx = leastHeightPx(cellsBelow);
    if (wavesPx + rows.length * rowLeastPx > box.heightPx) continue;
    const evenPx = (box.heightPx * numberRowShare) / (waves + rows.length * numberRowShare);
    const rowPx = Math.max(rowLeastPx, Math.floor(evenPx));
    return { waves, columns: undefined, columnPx, rows, leastPx: wavesPx + rows.length * rowPx, rowPx };
  }
  const columns = equalColumns(cells, box);
  const rows = columns === undefined ? balancedRows(cells, box.widthPx) : rowsOfColumns(cells, columns);
  const rowPx = leastHeightPx(cells);
  return { waves: 0, columns, columnPx: 0, rows, leastPx: rows.length * rowPx, rowPx };
}

/** Returns the cells in rows. Keeps their order, and puts as many cells into each row as fit. */
export function packedRows<C extends Cell>(cells: readonly C[], widthPx: number): C[][] {
  const rows: C[][] = [];
  let remainingPx = 0;
  for (const cell of cells) {
    const needPx = leastWidthPx(cell);
    if (rows.length === 0 || needPx > remainingPx) {
      rows.push([]);
      remainingPx = widthPx;
    }
    rows.at(-1)!.push(cell);
    remainingPx -= needPx;
  }
  return rows;
}

/**
 * Returns as many rows as `packedRows`, but fills all rows about equally. By `packedRows`, the last number may stand
 * alone and large below a crowded row.
 */
function balancedRows<C extends Cell>(cells: readonly C[], widthPx: number): C[][] {
  const rows = packedRows(cells, widthPx);
  const sumPx = cells.reduce((sum, cell) => sum + leastWidthPx(cell), 0);
  for (let limitPx = sumPx / rows.length; limitPx < widthPx; limitPx += balanceStepPx) {
    const evenRows = packedRows(cells, limitPx);
    if (evenRows.length === rows.length) return evenRows;
  }
  return rows;
}
const balanceStepPx = 4;

/** Width divided by height of the cell that is easiest to read. */
const bestAspectRatio = 1.6;

/** Returns how many equal columns give the cells the best shape; undefined if equal cells would be too small. */
function equalColumns(
  cells: readonly Cell[],
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
): number | undefined {
  const needPx = Math.max(...cells.map(leastWidthPx));
  const needHeightPx = leastHeightPx(cells);
  let best: number | undefined;
  let bestDifference = Number.POSITIVE_INFINITY;
  for (let columns = 1; columns <= cells.length; columns += 1) {
    const rows = Math.ceil(cells.length / columns);
    if (widthPx / columns < needPx || heightPx / rows < needHeightPx) continue;
    const aspectRatio = widthPx / columns / (heightPx / rows);
    const difference = Math.abs(Math.log(aspectRatio / bestAspectRatio)) + 0.25 * (columns * rows - cells.length);
    if (difference < bestDifference) {
      best = columns;
      bestDifference = difference;
    }
  }
  return best;
}

function rowsOfColumns<C>(cells: readonly C[], columns: number): C[][] {
  return Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) =>
    cells.slice(row * columns, (row + 1) * columns),
  );
}
