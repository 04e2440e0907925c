/**
 * Draws small plots as SVG, in the colours of Okabe and Ito, which people with colour blindness can distinguish. Pure.
 */
import { visibleText } from '../../contracts/text.ts';
import type { Point } from './stays.ts';

export const profileColours: readonly string[] = ['#0072b2', '#e69f00', '#009e73', '#cc79a7'];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Returns a text that is safe between tags and in a quoted attribute. */
export function escapeHtml(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (char) => entities[char]!);
}

const svgStart = (title: string, width: number, height: number) =>
  `<svg role="img" aria-label="${escapeHtml(title)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui,sans-serif" font-size="12"><title>${escapeHtml(title)}</title>`;
const round = (value: number) => Math.round(value * 10) / 10;

/** A row of bars, one bar for each profile. `notes`: a text after the number of each bar. */
export type BarRow = {
  readonly label: string;
  readonly values: readonly number[];
  readonly notes?: readonly string[];
};

/** Draws rows of horizontal bars with their numbers. @param digits number of decimal places */
export function drawBars(title: string, rows: readonly BarRow[], digits: number): string {
  const [left, width, barHeight] = [130, 340, 14];
  const maximum = Math.max(1e-9, ...rows.flatMap(({ values }) => values));
  let y = 4;
  const drawn = rows.map(({ label, values, notes }) => {
    const middle = y + (values.length * barHeight) / 2 + 4;
    const parts = values.map((value, index) => {
      const length = round((value / maximum) * width);
      const top = y + index * barHeight;
      const colour = profileColours[index % profileColours.length];
      return `<rect x="${left}" y="${top}" width="${length}" height="${barHeight - 2}" fill="${colour}"/><text x="${left + length + 5}" y="${top + 10}">${value.toFixed(digits)} ${escapeHtml(notes?.[index] ?? '')}</text>`;
    });
    y += values.length * barHeight + 8;
    return `<text x="${left - 8}" y="${middle}" text-anchor="end">${escapeHtml(label)}</text>${parts.join('')}`;
  });
  return `${svgStart(title, 760, y + 4)}${drawn.join('')}</svg>`;
}

/**
 * Draws the share of all calls that come from the patients with the most calls, for 1, 2, 3 … patients.
 * @param shares for each patient, the share of all calls that come from this patient and the patients before, 0 to 1
 */
export function drawCumulativeShares(shares: readonly number[]): string {
  const [left, bottom, width, height] = [50, 210, 560, 190];
  const x = (patientCount: number) => round(left + (patientCount / Math.max(1, shares.length)) * width);
  const y = (share: number) => round(bottom - share * height);
  const line = [0, ...shares].map((share, index) => `${x(index)},${y(share)}`).join(' ');
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line x1="${left}" x2="${left + width}" y1="${y(share)}" y2="${y(share)}" stroke="#ccc"/><text x="${left - 6}" y="${y(share) + 4}" text-anchor="end">${share * 100} %</text>`,
  );
  const axis = `<text x="${left}" y="${bottom + 18}">0</text><text x="${left + width}" y="${bottom + 18}" text-anchor="end">${shares.length} patients</text>`;
  return `${svgStart('Cumulative share of the patients in the calls', 640, 240)}${grid.join('')}${axis}<polyline points="${line}" fill="none" stroke="${profileColours[0]}" stroke-width="2.5"/></svg>`;
}

/** Draws a value over time, with its limit as a dashed line and the time of the call in grey. */
export function drawTrace(points: readonly Point[], limit: number | null, fromMs: number, toMs: number): string {
  const [width, height] = [180, 48];
  const values = [...points.map(({ value }) => value), ...(limit === null ? [] : [limit])];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const [first, last] = [points[0]!.atMs, points.at(-1)!.atMs];
  const x = (ms: number) => round(((Math.min(Math.max(ms, first), last) - first) / Math.max(1, last - first)) * width);
  const y = (value: number) => round(height - 4 - ((value - least) / Math.max(1e-9, most - least)) * (height - 8));
  const stride = Math.ceil(points.length / width);
  const line = points
    .filter((_point, index) => index % stride === 0)
    .map(({ atMs, value }) => `${x(atMs)},${y(value)}`);
  const during = `<rect x="${x(fromMs)}" y="0" width="${round(Math.max(1, x(toMs) - x(fromMs)))}" height="${height}" fill="#ddd"/>`;
  const limitLine =
    limit === null
      ? ''
      : `<line x1="0" x2="${width}" y1="${y(limit)}" y2="${y(limit)}" stroke="#8b0000" stroke-dasharray="4 3"/>`;
  const title = `From ${least} to ${most}${limit === null ? '' : `, limit ${limit}`}`;
  return `${svgStart(title, width, height)}${during}${limitLine}<polyline points="${line.join(' ')}" fill="none" stroke="#0072b2" stroke-width="1.5"/></svg>`;
}
