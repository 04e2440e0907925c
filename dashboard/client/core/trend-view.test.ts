import { expect, it } from 'vitest';
import { tableMinutes } from '../../../contracts/trend-bounds.ts';
import { compareHours } from './trend-compare.ts';
import { formatTrendView, parseTrendView, type TrendView, trendSpans } from './trend-view.ts';

const views: TrendView[] = trendSpans.flatMap((span) => [
  { span },
  { span, table: 'usual' as const },
  ...tableMinutes.map((table) => ({ span, table })),
  ...compareHours.map((compare) => ({ span, compare })),
]);

it.each(views)('the view %o is read back from its address', (view) => {
  expect(parseTrendView(formatTrendView(view))).toEqual(view);
});

it('the usual view has a short address', () => {
  expect(formatTrendView({ span: '1h' })).toBe('');
});

it.each(['', 'span=', 'span=2h', 'span=7D', 'span=%E0%A4%A', 'nonsense&&==', 'table=2', 'table=-1', 'compare=2'])(
  'the address "%s" shows the last hour',
  (search) => {
    expect(parseTrendView(search)).toEqual({ span: '1h' });
  },
);
