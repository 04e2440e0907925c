/** Small plots as SVG. The colours are from Okabe and Ito's palette, which people with colour blindness can distinguish. Pure. */
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

const open = (title: string, width: number, height: number) =>
  `<svg role="img" aria-label="${escapeHtml(title)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui,sans-serif" font-size="12"><title>${escapeHtml(title)}</title>`;
const round = (n: number) => Math.round(n * 10) / 10;

/** `notes`: texts after the numbers. */
export type Bar = {
  readonly label: string;
  readonly values: readonly number[];
  readonly notes?: readonly string[];
};

/** Draws horizontal bars, one for each profile, with its number beside it. @param digits of the numbers, after the point */
export function bars(title: string, rows: readonly Bar[], digits: number): string {
  const [left, wide, thick] = [130, 340, 14];
  const most = Math.max(1e-9, ...rows.flatMap(({ values }) => values));
  let y = 4;
  const drawn = rows.map(({ label, values, notes }) => {
    const middle = y + (values.length * thick) / 2 + 4;
    const parts = values.map((value, n) => {
      const long = round((value / most) * wide);
      const top = y + n * thick;
      const colour = profileColours[n % profileColours.length];
      return `<rect x="${left}" y="${top}" width="${long}" height="${thick - 2}" fill="${colour}"/><text x="${left + long + 5}" y="${top + 10}">${value.toFixed(digits)} ${escapeHtml(notes?.[n] ?? '')}</text>`;
    });
    y += values.length * thick + 8;
    return `<text x="${left - 8}" y="${middle}" text-anchor="end">${escapeHtml(label)}</text>${parts.join('')}`;
  });
  return `${open(title, 760, y + 4)}${drawn.join('')}</svg>`;
}

/** Draws the cumulative share of the calls over the patients, the one with the most calls first. @param shares 0 to 1 */
export function cumulative(shares: readonly number[]): string {
  const [left, bottom, wide, high] = [50, 210, 560, 190];
  const x = (n: number) => round(left + (n / Math.max(1, shares.length)) * wide);
  const y = (share: number) => round(bottom - share * high);
  const line = [0, ...shares].map((share, n) => `${x(n)},${y(share)}`).join(' ');
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line x1="${left}" x2="${left + wide}" y1="${y(share)}" y2="${y(share)}" stroke="#ccc"/><text x="${left - 6}" y="${y(share) + 4}" text-anchor="end">${share * 100} %</text>`,
  );
  const axis = `<text x="${left}" y="${bottom + 18}">0</text><text x="${left + wide}" y="${bottom + 18}" text-anchor="end">${shares.length} patients</text>`;
  return `${open('Share of the calls that the first patients make', 640, 240)}${grid.join('')}${axis}<polyline points="${line}" fill="none" stroke="${profileColours[0]}" stroke-width="2.5"/></svg>`;
}

/** Draws a value over time, its limit (dashed), and the time of the call (grey). */
export function trace(points: readonly Point[], limit: number | null, fromMs: number, toMs: number): string {
  const [wide, high] = [180, 48];
  const values = [...points.map(({ value }) => value), ...(limit === null ? [] : [limit])];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const [first, last] = [points[0]!.atMs, points.at(-1)!.atMs];
  const x = (ms: number) => round(((Math.min(Math.max(ms, first), last) - first) / Math.max(1, last - first)) * wide);
  const y = (value: number) => round(high - 4 - ((value - least) / Math.max(1e-9, most - least)) * (high - 8));
  const every = Math.ceil(points.length / wide);
  const line = points.filter((_one, n) => n % every === 0).map(({ atMs, value }) => `${x(atMs)},${y(value)}`);
  const during = `<rect x="${x(fromMs)}" y="0" width="${round(Math.max(1, x(toMs) - x(fromMs)))}" height="${high}" fill="#ddd"/>`;
  const bound =
    limit === null
      ? ''
      : `<line x1="0" x2="${wide}" y1="${y(limit)}" y2="${y(limit)}" stroke="#8b0000" stroke-dasharray="4 3"/>`;
  const title = `From ${least} to ${most}${limit === null ? '' : `, limit ${limit}`}`;
  return `${open(title, wide, high)}${during}${bound}<polyline points="${line.join(' ')}" fill="none" stroke="#0072b2" stroke-width="1.5"/></svg>`;
}
