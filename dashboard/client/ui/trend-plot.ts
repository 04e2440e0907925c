/** The options with which uPlot draws a trend chart. Vigil itself draws the limits and the lone values on the chart. */
import uPlot from 'uplot';
import { parameters } from '../../../contracts/parameters.ts';
import { isScoreTrendCode } from '../../../contracts/score-trends.ts';
import { type ChartColours, chartColours, parameterColours, scoreColours } from '../core/colours.ts';
import type { Theme } from '../core/theme.ts';
import { dateMarkText, markText } from '../core/times.ts';
import type { Chart } from '../core/trend-charts.ts';
import { labelAndDigits } from '../core/trend-cursor.ts';
import type { LimitLine } from '../core/trend-limits.ts';
import { chartRange, timeTexts } from '../core/trend-range.ts';
import type { TrendColumns } from '../core/trend-series.ts';
import { pageZone } from '../core/zones.ts';

export const timeAxisPx = 22;
const fontPx = 12;
const rightPaddingPx = 8;
/** Dash patterns of the first, second and third line of a chart (systolic, diastolic, mean; heart rate, pulse). */
const dashes: readonly (readonly number[])[] = [[], [6, 4], [2, 3]];

export function colourOf(code: string, theme: Theme): string {
  if (isScoreTrendCode(code)) return scoreColours[theme];
  const group = parameters.get(code)?.group;
  return group ? parameterColours[theme][group] : chartColours[theme].axis;
}

/** Draws steps: the line stays level up to the next point, and goes up or down at this point. */
const steps = uPlot.paths.stepped!({ align: 1 });

/**
 * Returns the columns in uPlot's order: the times, the means of an earlier time, and then for each code mean, maximum,
 * minimum.
 */
export function dataOf({ x, series, earlier }: TrendColumns): uPlot.AlignedData {
  return [
    x,
    ...[...(earlier?.values() ?? [])].map(({ mean }) => mean),
    ...[...series.values()].flatMap((line) => [line.mean, line.max, line.min]),
  ];
}

/** Returns a key that changes when the lines of a chart or their order change. */
export function linesKey({ series, earlier }: TrendColumns): string {
  return [...(earlier?.keys() ?? []), '/', ...series.keys()].join();
}

/** What a chart shows now. uPlot's callbacks read this value at each drawing. */
export type Drawn = { readonly columns: TrendColumns; readonly limits: readonly LimitLine[] };

export function chartOptions(
  { codes: all, scale: scaleOf }: Chart,
  drawn: () => Drawn,
  size: { width: number; height: number; scale: number; theme: Theme },
): uPlot.Options {
  const { scale, theme } = size;
  const codes = [...drawn().columns.series.keys()];
  const earlierCodes = [...(drawn().columns.earlier?.keys() ?? [])];
  const colours = chartColours[theme];
  const font = `${fontPx * scale}px system-ui, sans-serif`;
  const axis = { stroke: colours.axis, font, ticks: { show: false }, grid: { stroke: colours.grid, width: 1 } };
  /** The band has a thin edge, so that a low or high value of only one pixel is visible. */
  const edgeOf = (code: string) => ({
    stroke: `${colourOf(code, theme)}80`,
    width: 0.75 * scale,
    points: { show: false },
    spanGaps: false,
  });
  return {
    width: size.width,
    height: size.height,
    padding: [8, rightPaddingPx, 0, 0],
    legend: { show: false },
    // The chart passes the place of the pointer to the read-out, and the read-out sets the cursors of all charts
    // (trend-chart.tsx).
    cursor: { bind: noPointer, y: false, drag: { x: false, y: false }, points: { show: false } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), pageZone()),
    scales: {
      x: { time: true, auto: false },
      y: {
        range: (_plot, min, max) => (scaleOf ? [...scaleOf(max ?? 0)] : chartRange(codes, [min, max], drawn().limits)),
      },
    },
    axes: [
      {
        ...axis,
        size: timeAxisPx * scale,
        space: 54 * scale,
        incrs: timeStepsS,
        values: (plot, ticks) => tickTexts(plot, ticks, font),
      },
      { ...axis, size: 44 * scale, space: 20 * scale },
    ],
    hooks: {
      draw: [
        (plot) => drawLoneRanges(plot, drawn().columns, scale, theme),
        // Draws the limits last, so that no curve covers their numbers.
        (plot) => drawLimits(plot, drawn().limits, scale, colours),
      ],
    },
    series: [
      {},
      // Draws the earlier lines first, so that the present lines are above them.
      ...earlierCodes.map((code) => earlierLine(code, drawn, scaleOf !== undefined, size)),
      ...codes.flatMap((code, i): uPlot.Series[] => [
        {
          label: labelAndDigits(code).label,
          ...(scaleOf && { paths: steps }),
          stroke: colourOf(code, theme),
          width: 1.5 * scale,
          spanGaps: false,
          // Draws a dot for each point that no line joins to another point, because without a dot the point would be
          // invisible.
          points: {
            show: true,
            size: 5 * scale,
            fill: colourOf(code, theme),
            filter: () => [...(drawn().columns.series.get(code)?.lone ?? [])],
          },
          // The dashes of a score depend on its index in the chart, so that a partial score is dashed even without a
          // total.
          dash: [...(dashes[(scaleOf ? all.indexOf(code) : i) % dashes.length] ?? [])],
        },
        edgeOf(code),
        edgeOf(code),
      ]),
    ],
    bands: codes.map((code, i) => ({
      series: [earlierCodes.length + i * 3 + 2, earlierCodes.length + i * 3 + 3] as [number, number],
      fill: `${colourOf(code, theme)}2e`,
    })),
  };
}

/**
 * Returns the line of a code at the compared time. The line is thin, grey and dotted, so that nobody confuses it with a
 * present line.
 */
function earlierLine(
  code: string,
  drawn: () => Drawn,
  hasSteps: boolean,
  { scale, theme }: { scale: number; theme: Theme },
): uPlot.Series {
  const colour = chartColours[theme].axis;
  return {
    ...(hasSteps && { paths: steps }),
    stroke: colour,
    width: scale,
    dash: [1.5 * scale, 3 * scale],
    spanGaps: false,
    points: {
      show: true,
      size: 3 * scale,
      fill: colour,
      filter: () => [...(drawn().columns.earlier?.get(code)?.lone ?? [])],
    },
  };
}

/** Steps of the time axis, s: 5 min, 15 min, 30 min, whole hours, and days. */
const timeStepsS = [300, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

const ignored = () => null;
const noPointer: uPlot.Cursor.Bind = {
  mousedown: ignored,
  mouseup: ignored,
  click: ignored,
  dblclick: ignored,
  mousemove: ignored,
  mouseleave: ignored,
  mouseenter: ignored,
};

/** Draws the range of each lone point, because a band needs two points. */
function drawLoneRanges(plot: uPlot, { x, series }: TrendColumns, scale: number, theme: Theme): void {
  const { ctx } = plot;
  ctx.save();
  ctx.lineWidth = 1.5 * uPlot.pxRatio * scale;
  for (const [code, { lone, min, max }] of series) {
    ctx.strokeStyle = colourOf(code, theme);
    for (const i of lone) {
      const [least, greatest] = [min[i], max[i]];
      if (typeof least !== 'number' || typeof greatest !== 'number' || least === greatest) continue;
      const left = plot.valToPos(x[i]!, 'x', true);
      ctx.beginPath();
      ctx.moveTo(left, plot.valToPos(least, 'y', true));
      ctx.lineTo(left, plot.valToPos(greatest, 'y', true));
      ctx.stroke();
    }
  }
  ctx.restore();
}

/** The line of an earlier limit has a number only if the line is at least this many times as long as the number. */
const roomForText = 1.5;

/**
 * Draws each limit as a thin dashed line for the time in which the limit was in force. The number of the limit stands
 * at the end of the line.
 */
function drawLimits(plot: uPlot, limits: readonly LimitLine[], scale: number, colours: ChartColours): void {
  const { ctx, bbox } = plot;
  const px = uPlot.pxRatio * scale;
  ctx.save();
  ctx.font = `${11 * px}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  for (const { value, text, fromMs, toMs, groupIndex } of limits) {
    const y = plot.valToPos(value, 'y', true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    const left = Math.max(bbox.left, plot.valToPos(fromMs / 1000, 'x', true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(toMs / 1000, 'x', true));
    ctx.strokeStyle = colours.limit;
    ctx.setLineDash([7 * px, 5 * px]);
    ctx.lineWidth = Math.max(1, uPlot.pxRatio);
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(right, y);
    ctx.stroke();
    const width = ctx.measureText(text).width + 6 * px;
    const isPresent = right >= bbox.left + bbox.width - 1;
    if (!isPresent && right - left < width * roomForText) continue;
    const from = groupIndex === 0 ? right - width : Math.min(left, right - 2 * width);
    // The letters have an outline, so that a person can read them on a curve. A box would cover the newest values.
    ctx.setLineDash([]);
    ctx.lineWidth = 4 * px;
    ctx.lineJoin = 'round';
    ctx.strokeStyle = colours.ground;
    ctx.strokeText(text, from + 3 * px, y);
    ctx.fillStyle = colours.limit;
    ctx.fillText(text, from + 3 * px, y);
  }
  ctx.restore();
}

/** Returns the texts of the axis of times. Leaves out a text that the right end of the chart would cut. */
function tickTexts(plot: uPlot, ticks: readonly number[], font: string): string[] {
  const { ctx } = plot;
  ctx.save();
  ctx.font = font;
  const measured = ticks.map((seconds) => {
    const text = tickText(seconds);
    return { text, leftPx: plot.valToPos(seconds, 'x'), textPx: ctx.measureText(text).width };
  });
  ctx.restore();
  return timeTexts(measured, plot.bbox.width / uPlot.pxRatio, rightPaddingPx);
}

/** Returns the time of a tick, for example `14:15`. For midnight, returns the date of the new day. */
function tickText(seconds: number): string {
  const text = markText(seconds * 1000);
  return text === '00:00' ? dateMarkText(seconds * 1000) : text;
}
