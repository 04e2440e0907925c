import { expect, it } from 'vitest';
import { tableMinutes } from '../../../contracts/trend-bounds.ts';
import { german } from '../german/german.ts';
import { setTexts } from './texts.ts';
import { compareHours } from './trend-compare.ts';
import { formatTrendView, parseTrendView, type TrendView, trendSpans, trendSpanText } from './trend-view.ts';

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

it('the names of the spans are in the language of the page', () => {
  expect(trendSpans.map(trendSpanText)).toEqual(['1 h', '3 h', '6 h', '12 h', '24 h', '3 days', '7 days']);
  const reset = setTexts(
    () => 'de',
    () => german,
  );
  expect(trendSpans.map(trendSpanText)).toEqual(['1 h', '3 h', '6 h', '12 h', '24 h', '3 Tage', '7 Tage']);
  reset();
});
