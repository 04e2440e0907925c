/** The trends that a person has chosen on the patient's page. The address has this choice after `?`. */
import { dayMs, hourMs } from '../../../contracts/durations.ts';
import { type TableMinutes, tableMinutes } from '../../../contracts/trend-bounds.ts';
import { t } from './texts.ts';
import { type CompareHours, compareHours } from './trend-compare.ts';

export const trendSpans = ['1h', '3h', '6h', '12h', '24h', '3d', '7d'] as const;
export type TrendSpan = (typeof trendSpans)[number];

export const trendSpanMs: Readonly<Record<TrendSpan, number>> = {
  '1h': hourMs,
  '3h': 3 * hourMs,
  '6h': 6 * hourMs,
  '12h': 12 * hourMs,
  '24h': dayMs,
  '3d': 3 * dayMs,
  '7d': 7 * dayMs,
};

/** Returns `6 h` or `3 days`, in the language of the page. */
export function trendSpanText(span: TrendSpan): string {
  const n = Number.parseInt(span, 10);
  return span.endsWith('d') ? t('{n} day|{n} days', { n }) : t('{hours} h', { hours: n });
}

/**
 * `table`: the interval of the table, min; `usual` for the usual interval of the span; undefined if charts are shown.
 */
export type TrendView = {
  readonly span: TrendSpan;
  readonly table?: TableMinutes | 'usual' | undefined;
  /** The charts also show the values of this many hours before; undefined if nothing is compared. */
  readonly compare?: CompareHours | undefined;
};

export const usualTrendView: TrendView = { span: '1h' };

/** Returns the view in the part of an address after `?`. Leaves out unknown names and values. */
export function parseTrendView(search: string): TrendView {
  const params = new URLSearchParams(search);
  const span = trendSpans.find((name) => name === params.get('span')) ?? usualTrendView.span;
  const asked = params.get('table');
  const table = asked === 'usual' ? asked : tableMinutes.find((minutes) => String(minutes) === asked);
  const compare = compareHours.find((hours) => String(hours) === params.get('compare'));
  return { span, ...(table !== undefined && { table }), ...(compare !== undefined && { compare }) };
}

/** Returns the part of an address after `?`; empty for the usual view. */
export function formatTrendView({ span, table, compare }: TrendView): string {
  const params = new URLSearchParams(span === usualTrendView.span ? {} : { span });
  if (table !== undefined) params.set('table', String(table));
  if (compare !== undefined) params.set('compare', String(compare));
  return params.toString();
}
