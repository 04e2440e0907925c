/**
 * A trend chart. The mean is a line, with gaps at times without a measurement. Minimum and maximum are a band. Alarm
 * limits are dashed lines. A person chooses the time of the read-out with the pointer on the chart.
 */
import { type Signal, useSignalEffect } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { numberText } from '../../../contracts/number-text.ts';
import { t } from '../core/texts.ts';
import { clockText } from '../core/times.ts';
import { type Chart, chartTitle } from '../core/trend-charts.ts';
import {
  cursorValueText,
  type EarlierReader,
  earlierText,
  labelAndDigits,
  type ValueReader,
} from '../core/trend-cursor.ts';
import type { LimitLine } from '../core/trend-limits.ts';
import type { TrendColumns } from '../core/trend-series.ts';
import { useTheme } from '../shell/theme.ts';
import { chartOptions, colourOf, type Drawn, dataOf, linesKey, timeAxisPx } from './trend-plot.ts';

const plotPx = 104;
/** Width of a chart on an upright sheet of A4. */
const sheetPx = 690;
/** The position that hides the cursor: 10 px to the left of the chart. */
const hiddenPx = -10;

type TrendChartProps = {
  chart: Chart;
  columns: TrendColumns;
  limits: readonly LimitLine[];
  /** The limits as text; undefined if there are no limits. */
  limitsText: string | undefined;
  fromMs: number;
  toMs: number;
  /** The time of the read-out, ms since 1970; undefined if the person has not chosen a time. */
  cursorMs: Signal<number | undefined>;
  valueAt: ValueReader;
  /** Reads the values of the compared time; undefined if nothing is compared. */
  earlierAt: EarlierReader | undefined;
};

export function TrendChart(props: TrendChartProps) {
  const { chart, columns, limits, limitsText, fromMs, toMs, cursorMs, valueAt, earlierAt } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latestContent = useRef<Drawn>({ columns, limits });
  latestContent.current = { columns, limits };
  const codesKey = linesKey(columns);
  const scale = letterScale();
  const theme = useTheme().theme.value;
  const height = (plotPx + timeAxisPx) * scale;
  const range = { min: fromMs / 1000, max: toMs / 1000 };
  // uPlot applies a new size or scale in a microtask. The place of the cursor is right only after this microtask.
  const showCursor = () =>
    queueMicrotask(() => {
      const atMs = cursorMs.peek();
      const left = atMs === undefined ? hiddenPx : (plot.current?.valToPos(atMs / 1000, 'x') ?? hiddenPx);
      plot.current?.setCursor({ left, top: 0 });
    });
  useLayoutEffect(() => {
    const element = box.current!;
    const size = { width: element.clientWidth, height, scale, theme };
    const uplot = new uPlot(
      chartOptions(chart, () => latestContent.current, size),
      dataOf(columns),
      element,
    );
    uplot.setScale('x', range);
    plot.current = uplot;
    followPointer(uplot, cursorMs);
    // The chart is not drawn again during printing, because print.css shrinks the chart to the sheet.
    const observer = new ResizeObserver(() => {
      if (!matchMedia('print').matches) uplot.setSize({ width: element.clientWidth, height });
      showCursor();
    });
    observer.observe(element);
    // Before printing, the chart is drawn for the sheet, because a chart for a wide window would be unreadable after
    // the shrinking.
    const forSheet = () => uplot.setSize({ width: Math.min(element.clientWidth, sheetPx), height });
    const forWindow = () => uplot.setSize({ width: element.clientWidth, height });
    addEventListener('beforeprint', forSheet);
    addEventListener('afterprint', forWindow);
    return () => {
      removeEventListener('beforeprint', forSheet);
      removeEventListener('afterprint', forWindow);
      observer.disconnect();
      uplot.destroy();
      plot.current = undefined;
    };
  }, [codesKey, scale, theme]);
  useLayoutEffect(() => {
    plot.current?.setData(dataOf(columns), false);
    plot.current?.setScale('x', range);
    showCursor();
  }, [columns, theme, limits.map(({ value, fromMs, toMs }) => `${value}/${fromMs}/${toMs}`).join()]);
  useSignalEffect(() => {
    void cursorMs.value;
    showCursor();
  });
  return (
    <figure class="trend" data-testid={`trend-chart-${chart.codes[0]}`}>
      <figcaption class="trend__title">
        <span style={{ '--colour': colourOf(chart.codes[0]!, theme) }} class="trend__name">
          {chartTitle(chart)}
        </span>{' '}
        <span class="dim">{chart.unitLabel}</span>
        {limitsText !== undefined && (
          <span class="trend__limits" data-testid="trend-limits">
            {t('limits {limits}', { limits: limitsText })}
          </span>
        )}
        <span class="unseen">{summary(chart, columns)}</span>
        <ChartValues codes={[...columns.series.keys()]} valueAt={valueAt} earlierAt={earlierAt} cursorMs={cursorMs} />
      </figcaption>
      <div class="trend__plot" ref={box} />
    </figure>
  );
}

/**
 * The values of one chart at the time of the read-out. Only a phone shows these values, because on a phone the read-out
 * scrolls out of view (trends.css). A screen reader gets the values from the slider.
 */
function ChartValues({
  codes,
  valueAt,
  earlierAt,
  cursorMs,
}: Pick<TrendChartProps, 'valueAt' | 'earlierAt' | 'cursorMs'> & { codes: string[] }) {
  const atMs = cursorMs.value;
  if (atMs === undefined) return null;
  const texts = codes.map((code) => {
    const value = valueAt(code, atMs);
    const text = value === undefined ? '–' : `${cursorValueText(code, value)}${earlierText(value)}`;
    const before = earlierAt === undefined ? '' : ` (${earlierAt(code, atMs)})`;
    return `${labelAndDigits(code).label} ${text}${before}`;
  });
  return (
    <span class="trend__at" aria-hidden="true">
      {clockText(atMs)} {texts.join(' · ')}
    </span>
  );
}

/** Sets the time of the read-out while a mouse, a pen or a finger moves over the chart. */
function followPointer(uplot: uPlot, cursorMs: Signal<number | undefined>): void {
  const choose = (event: PointerEvent) => {
    const left = event.clientX - uplot.over.getBoundingClientRect().left;
    cursorMs.value = Math.round(uplot.posToVal(left, 'x') * 1000);
  };
  uplot.over.addEventListener('pointerdown', choose);
  uplot.over.addEventListener('pointermove', choose);
}

/** Returns the factor by which letters are enlarged on a large screen (tokens.css). */
function letterScale(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--px')) || 1;
}

/** Returns a text about the curves for a screen reader. */
function summary(chart: Chart, columns: TrendColumns): string {
  return chart.codes
    .flatMap((code) => {
      const line = columns.series.get(code);
      const means = (line?.mean ?? []).filter((value) => typeof value === 'number');
      const lastMean = means.at(-1);
      if (line === undefined || lastMean === undefined) return [];
      const { label, digits } = labelAndDigits(code);
      const text = (value: number) => numberText(value, digits);
      const least = Math.min(...[...line.min, ...means].filter((value) => typeof value === 'number'));
      const greatest = Math.max(...[...line.max, ...means].filter((value) => typeof value === 'number'));
      return [
        t('{label}: least {text}, greatest {text2}, last {text3}.', {
          label,
          text: text(least),
          text2: text(greatest),
          text3: text(lastMean),
        }),
      ];
    })
    .join(' ');
}
