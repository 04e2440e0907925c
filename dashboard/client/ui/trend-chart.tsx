/**
 * A trend chart. The mean is a line with gaps where nothing was measured, minimum and maximum are a band, and alarm limits
 * are dashed lines.
 */
import { useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { numberText } from '../../../contracts/number-text.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { isScoreTrendCode } from '../../../contracts/score-trends.ts';
import { parameterColours, scoreColour } from '../core/colours.ts';
import { scoreLabels } from '../core/score-charts.ts';
import type { Chart } from '../core/trend-charts.ts';
import { type LimitLine, rangeWithLimits } from '../core/trend-limits.ts';
import type { TrendColumns } from '../core/trend-series.ts';

const plotPx = 104;
const timeAxisPx = 22;
const axisColour = '#9fb0c0';
const gridColour = '#1e2833';
const limitColour = '#c4d0db';
const groundColour = '#10161dcc';
const fontPx = 12;
/** Width of a chart on an upright sheet of A4. */
const sheetPx = 690;
/** Dash patterns of the first, second and third line of a chart (systolic, diastolic, mean; heart rate, pulse). */
const dashes: readonly (readonly number[])[] = [[], [6, 4], [2, 3]];

type TrendChartProps = {
  chart: Chart;
  columns: TrendColumns;
  limits: readonly LimitLine[];
  /** The limits as text; undefined if there are none. */
  limitsText: string | undefined;
  fromMs: number;
  toMs: number;
  syncKey: string;
};

export function TrendChart({ chart, columns, limits, limitsText, fromMs, toMs, syncKey }: TrendChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  /** The present content, which uPlot's callbacks read at each drawing. */
  const latestContent = useRef({ columns, limits });
  latestContent.current = { columns, limits };
  const codesKey = [...columns.series.keys()].join();
  const scale = letterScale();
  const height = (plotPx + timeAxisPx) * scale;
  const range = { min: fromMs / 1000, max: toMs / 1000 };
  useLayoutEffect(() => {
    const element = box.current!;
    const uplot = new uPlot(
      optionsFor(chart, [...columns.series.keys()], () => latestContent.current, {
        width: element.clientWidth,
        height,
        scale,
        syncKey,
      }),
      dataOf(columns),
      element,
    );
    uplot.setScale('x', range);
    plot.current = uplot;
    // During printing the chart is not drawn again: print.css shrinks it to the sheet.
    const observer = new ResizeObserver(() => {
      if (!matchMedia('print').matches) uplot.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    // A chart for a wide window would be unreadable after shrinking, so it is drawn for the sheet before printing.
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
  }, [codesKey, syncKey, scale]);
  useLayoutEffect(() => {
    plot.current?.setData(dataOf(columns), false);
    plot.current?.setScale('x', range);
  }, [columns, limits.map(({ value, fromMs }) => `${value}/${fromMs}`).join()]);
  return (
    <figure class="trend" data-testid={`trend-chart-${chart.codes[0]}`}>
      <figcaption class="trend__title">
        <span style={{ '--colour': colourOf(chart.codes[0]!) }} class="trend__name">
          {chart.title}
        </span>{' '}
        <span class="dim">{chart.unitLabel}</span>
        {limitsText !== undefined && (
          <span class="trend__limits" data-testid="trend-limits">
            limits {limitsText}
          </span>
        )}
        <span class="unseen">{summary(chart, columns)}</span>
      </figcaption>
      <div class="trend__plot" ref={box} />
    </figure>
  );
}

/** Returns the factor by which letters are enlarged on a large screen (tokens.css). */
function letterScale(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--px')) || 1;
}

function labelAndDigits(code: string): { readonly label: string; readonly digits: number } {
  if (isScoreTrendCode(code)) return scoreLabels[code];
  return parameters.get(code) ?? { label: code, digits: 0 };
}

function colourOf(code: string): string {
  if (isScoreTrendCode(code)) return scoreColour;
  const group = parameters.get(code)?.group;
  return group ? parameterColours[group] : axisColour;
}

/** Returns a text about the curves for a screen reader. */
function summary(chart: Chart, columns: TrendColumns): string {
  return chart.codes
    .flatMap((code) => {
      const means = columns.series.get(code)?.mean.filter((value) => typeof value === 'number') ?? [];
      const lastMean = means.at(-1);
      if (lastMean === undefined) return [];
      const { label, digits } = labelAndDigits(code);
      const text = (value: number) => numberText(value, digits);
      return [
        `${label}: least ${text(Math.min(...means))}, greatest ${text(Math.max(...means))}, last ${text(lastMean)}.`,
      ];
    })
    .join(' ');
}

/** Draws steps: the line stays level up to the next point, and there goes up or down. */
const steps = uPlot.paths.stepped!({ align: 1 });

/** Returns the columns in uPlot's order: the times, and then for each code mean, maximum, minimum. */
function dataOf(columns: TrendColumns): uPlot.AlignedData {
  return [columns.x, ...[...columns.series.values()].flatMap((line) => [line.mean, line.max, line.min])];
}

type Drawn = { readonly columns: TrendColumns; readonly limits: readonly LimitLine[] };

function optionsFor(
  { codes: all, scale: scaleOf }: Chart,
  codes: readonly string[],
  drawn: () => Drawn,
  size: { width: number; height: number; scale: number; syncKey: string },
): uPlot.Options {
  const { scale } = size;
  const font = `${fontPx * scale}px system-ui, sans-serif`;
  const axis = { stroke: axisColour, font, ticks: { show: false }, grid: { stroke: gridColour, width: 1 } };
  const edge = { stroke: 'transparent', width: 0, points: { show: false }, spanGaps: false };
  return {
    width: size.width,
    height: size.height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: size.syncKey }, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: true, auto: false },
      y: {
        range: (_plot, min, max) => (scaleOf ? [...scaleOf(max ?? 0)] : rangeOf(min, max, drawn().limits)),
      },
    },
    axes: [
      {
        ...axis,
        size: timeAxisPx * scale,
        space: 54 * scale,
        incrs: timeStepsS,
        values: (_plot, ticks) => ticks.map(tickText),
      },
      { ...axis, size: 44 * scale, space: 20 * scale },
    ],
    hooks: { draw: [(plot) => drawLimits(plot, drawn().limits, scale)] },
    series: [
      {},
      ...codes.flatMap((code, i): uPlot.Series[] => [
        {
          label: labelAndDigits(code).label,
          ...(scaleOf && { paths: steps }),
          stroke: colourOf(code),
          width: 1.5 * scale,
          spanGaps: false,
          // A point that no line joins to another point needs a dot to be visible.
          points: {
            show: true,
            size: 5 * scale,
            fill: colourOf(code),
            filter: () => [...(drawn().columns.series.get(code)?.lone ?? [])],
          },
          // For scores the index in the chart decides, so that a partial score is dashed even if there is no total.
          dash: [...(dashes[(scaleOf ? all.indexOf(code) : i) % dashes.length] ?? [])],
        },
        edge,
        edge,
      ]),
    ],
    bands: codes.map((code, i) => ({
      series: [i * 3 + 2, i * 3 + 3] as [number, number],
      fill: `${colourOf(code)}2e`,
    })),
  };
}

/** Steps of the time axis, s: 5 min, 15 min, 30 min, and whole hours. */
const timeStepsS = [300, 900, 1800, 3600, 7200, 14_400, 21_600];

/** Draws each limit as a thin dashed line from the time at which it came into force, with its number at the edge. */
function drawLimits(plot: uPlot, limits: readonly LimitLine[], scale: number): void {
  const { ctx, bbox } = plot;
  const px = uPlot.pxRatio * scale;
  ctx.save();
  ctx.font = `${11 * px}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.setLineDash([7 * px, 5 * px]);
  ctx.lineWidth = Math.max(1, uPlot.pxRatio);
  for (const { value, text, fromMs, groupIndex } of limits) {
    const y = plot.valToPos(value, 'y', true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    const left = Math.max(bbox.left, plot.valToPos(fromMs / 1000, 'x', true));
    const right = bbox.left + bbox.width;
    ctx.strokeStyle = limitColour;
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(right, y);
    ctx.stroke();
    const width = ctx.measureText(text).width + 6 * px;
    const from = groupIndex === 0 ? right - width : Math.min(left, right - 2 * width);
    ctx.fillStyle = groundColour;
    ctx.fillRect(from, y - 6 * px, width, 12 * px);
    ctx.fillStyle = limitColour;
    ctx.fillText(text, from + 3 * px, y);
  }
  ctx.restore();
}

/** Returns the range of the scale: curve and limits with some room, and never so narrow that noise looks like an event. */
function rangeOf(least: number | null, greatest: number | null, limits: readonly LimitLine[]): [number, number] {
  if (least === null || greatest === null || !Number.isFinite(least) || !Number.isFinite(greatest)) return [0, 1];
  const [min, max] = rangeWithLimits(least, greatest, limits);
  const marginEachSide = Math.max(2, (max - min) * 0.1, (10 - (max - min)) / 2);
  return [Math.floor(min - marginEachSide), Math.ceil(max + marginEachSide)];
}

/** Returns the time of a tick, `14:15`; for midnight, returns the date of the new day. */
function tickText(seconds: number): string {
  const date = new Date(seconds * 1000);
  const [hours, minutes] = [date.getHours(), date.getMinutes()];
  if (hours === 0 && minutes === 0) return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
}
