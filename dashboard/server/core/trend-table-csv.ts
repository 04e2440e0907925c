/** Writes the table of trends as lines of a CSV file (RFC 4180), without the ends of lines. Pure. */
import { csvCell } from '../../../contracts/csv-cell.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { type NewsParameter, newsParameters } from '../../../contracts/score-names.ts';
import { missingReason, needsOxygenEntry } from '../../../contracts/score-parts.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { ScoredPart, TrendScores } from '../../protocol/trend-scores.ts';
import type { TrendCell, TrendTable } from '../../protocol/trend-table.ts';

/** The columns of each parameter. An empty cell means: no usable value in the interval. */
const columnsOf = (kind: TrendTable['value']) =>
  [
    [kind, ({ value }: TrendCell) => value],
    ['least', ({ min }: TrendCell) => min],
    ['greatest', ({ max }: TrendCell) => max],
    ['values', ({ count }: TrendCell) => count],
    ['questionable', ({ questionable }: TrendCell) => (questionable ? 'yes' : 'no')],
  ] as const;

const partUnits: Readonly<Partial<Record<NewsParameter, string>>> = {
  RR: '/min',
  SpO2: '%',
  BPsys: 'mm[Hg]',
  pulse: '/min',
  Temp: 'Cel',
};

/**
 * The columns of the parts of NEWS2. All cells of a line belong to one score, and the column `scored_at_device_time`
 * has its time.
 */
const newsColumns: readonly string[] = [
  ...['NEWS2 parts', 'NEWS2 scored_at_device_time', 'NEWS2 total', 'NEWS2 at_least'],
  ...newsParameters.flatMap((name) => {
    const unit = partUnits[name];
    const columns = [`value${unit === undefined ? '' : ` ${unit}`}`, 'points', 'age s', 'missing'];
    return columns.map((column) => `NEWS2 ${name} ${column}`);
  }),
];

/** Returns the cells of the last score of an interval; the first cell says whether the interval has a score. */
function newsCells(scores: TrendScores | 'unread', atMs: number): string[] {
  const found = scores === 'unread' ? undefined : scores.scores.findLast(({ stepAtMs }) => stepAtMs === atMs);
  if (found === undefined) {
    const isRead = scores !== 'unread' && scores.isWhole && atMs >= scores.knownFromMs && atMs < scores.knownToMs;
    return newsColumns.map((_, index) => (index === 0 ? (isRead ? 'no score' : 'not read') : ''));
  }
  const needsOxygen = needsOxygenEntry(found);
  return [
    ...['yes', formatInstant(found.atMs), found.total === null ? '' : csvCell(found.total), csvCell(found.atLeast)],
    ...newsParameters.flatMap((parameter) => {
      const part = found.parts.find((each) => each.parameter === parameter) ?? { parameter };
      const { value, ageMs, points } = part;
      return [
        value === undefined ? '' : csvCell(valueText(value)),
        points === undefined ? '' : csvCell(points),
        ageMs === undefined ? '' : csvCell(Math.floor(ageMs / 1000)),
        points === undefined ? csvCell(missingReason(part, needsOxygen)) : '',
      ];
    }),
  ];
}

const valueText = (value: NonNullable<ScoredPart['value']>) =>
  typeof value === 'boolean' ? (value ? 'oxygen' : 'air') : value;

/**
 * Returns the lines: a header, and one line for each interval, also for an interval without values. The first column is
 * the start of the interval by the clock of the device, in UTC.
 * @param scores undefined if the table has no NEWS2; `unread` if the log cannot be read
 */
export function trendCsvLines(
  { intervalMs, fromMs, toMs, value, series }: TrendTable,
  scores?: TrendScores | 'unread',
): string[] {
  const columns = columnsOf(value);
  const withValues = series.filter(({ cells }) => cells.length > 0);
  const names = withValues.flatMap(({ code }) => {
    const unit = parameters.get(code)?.unit;
    return columns.map(([name], index) =>
      csvCell(`${code} ${name}${unit !== undefined && index < 3 ? ` ${unit}` : ''}`),
    );
  });
  const byTime = withValues.map(({ cells }) => new Map(cells.map((cell) => [cell.atMs, cell])));
  const lines = [['interval_start_device_time', ...names, ...(scores === undefined ? [] : newsColumns)].join(',')];
  for (let atMs = Math.floor(fromMs / intervalMs) * intervalMs; atMs < toMs; atMs += intervalMs) {
    const cells = byTime.flatMap((ofCode) => {
      const cell = ofCode.get(atMs);
      return columns.map(([, textOf]) => (cell === undefined ? '' : csvCell(textOf(cell))));
    });
    const ofScores = scores === undefined ? [] : newsCells(scores, atMs);
    lines.push([formatInstant(atMs), ...cells, ...ofScores].join(','));
  }
  return lines;
}
