/** One chart: the mean as a line, least and greatest as a band, a hole where nothing was measured. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { numberText } from '../../../contracts/number-text.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { parameterColours } from '../core/colours.ts';
import type { Chart } from '../core/trend-charts.ts';
import type { TrendColumns } from '../core/trend-series.ts';

const plotPx = 96;
const timeAxisPx = 28;
const axisColour = '#9fb0c0';
const gridColour = '#1e2833';
const fontPx = 12;
/** The second and third line of a chart (diastolic, mean; pulse beside HR) are told apart by dashes. */
const dashes: readonly (readonly number[])[] = [[], [6, 4], [2, 3]];

type TrendChartProps = {
  chart: Chart;
  columns: TrendColumns;
  fromMs: number;
  toMs: number;
  syncKey: string;
  showTime: boolean;
};

export function TrendChart({ chart, columns, fromMs, toMs, syncKey, showTime }: TrendChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  /** What is drawn now: the chart asks for it again at each drawing. */
  const held = useRef(columns);
  held.current = columns;
  const shape = [...columns.series.keys()].join();
  const scale = letterScale();
  const height = (plotPx + (showTime ? timeAxisPx : 0)) * scale;
  const range = { min: fromMs / 1000, max: toMs / 1000 };
  useLayoutEffect(() => {
    const element = box.current!;
    const made = new uPlot(
      optionsFor([...columns.series.keys()], (code) => held.current.series.get(code)?.lone ?? [], {
        width: element.clientWidth,
        height,
        scale,
        syncKey,
        showTime,
      }),
      dataOf(columns),
      element,
    );
    made.setScale('x', range);
    plot.current = made;
    // Paper does not wait for a chart to be drawn again: it gets the drawn one, shrunk by print.css.
    const observer = new ResizeObserver(() => {
      if (!matchMedia('print').matches) made.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape, syncKey, showTime, scale]);
  useLayoutEffect(() => {
    plot.current?.setData(dataOf(columns), false);
    plot.current?.setScale('x', range);
  }, [columns]);
  return (
    <figure class="trend" data-testid={`trend-chart-${chart.codes[0]}`}>
      <figcaption class="trend__title">
        <span style={{ '--colour': colourOf(chart.codes[0]!) }} class="trend__name">
          {chart.title}
        </span>{' '}
        <span class="dim">{chart.unitLabel}</span>
        <span class="unseen">{summary(chart, columns)}</span>
      </figcaption>
      <div class="trend__plot" ref={box} />
    </figure>
  );
}

/** How much larger letters are on a large screen (tokens.css). */
function letterScale(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--px')) || 1;
}

function colourOf(code: string): string {
  const group = parameters.get(code)?.group;
  return group ? parameterColours[group] : axisColour;
}

/** For who cannot see the curve. */
function summary(chart: Chart, columns: TrendColumns): string {
  return chart.codes
    .flatMap((code) => {
      const means = columns.series.get(code)?.mean.filter((value) => typeof value === 'number') ?? [];
      const last = means.at(-1);
      if (last === undefined) return [];
      const label = parameters.get(code)?.label ?? code;
      const text = (value: number) => numberText(value, parameters.get(code)?.digits ?? 0);
      return [`${label}: least ${text(Math.min(...means))}, greatest ${text(Math.max(...means))}, last ${text(last)}.`];
    })
    .join(' ');
}

/** Columns in the order of the series: for each code mean, greatest, least. */
function dataOf(columns: TrendColumns): uPlot.AlignedData {
  return [columns.x, ...[...columns.series.values()].flatMap((one) => [one.mean, one.max, one.min])];
}

function optionsFor(
  codes: readonly string[],
  loneOf: (code: string) => readonly number[],
  size: { width: number; height: number; scale: number; syncKey: string; showTime: boolean },
): uPlot.Options {
  const { scale } = size;
  const font = `${fontPx * scale}px system-ui, sans-serif`;
  const axis = { stroke: axisColour, font, ticks: { show: false }, grid: { stroke: gridColour, width: 1 } };
  const edge = { stroke: 'transparent', width: 0, points: { show: false }, spanGaps: false };
  return {
    width: size.width,
    height: size.height,
    padding: [8, 8, size.showTime ? 0 : 8, 0],
    legend: { show: false },
    cursor: { sync: { key: size.syncKey }, drag: { x: false, y: false }, points: { size: 6 } },
    scales: { x: { time: true, auto: false }, y: { range: (_plot, min, max) => padded(min, max) } },
    axes: [
      {
        ...axis,
        show: size.showTime,
        size: timeAxisPx * scale,
        space: 50 * scale,
        values: (_plot, ticks) => ticks.map(tickText),
      },
      { ...axis, size: 44 * scale, space: 26 * scale },
    ],
    series: [
      {},
      ...codes.flatMap((code, i): uPlot.Series[] => [
        {
          label: parameters.get(code)?.label ?? code,
          stroke: colourOf(code),
          width: 1.5 * scale,
          spanGaps: false,
          // A point that no line touches would not be seen without a dot.
          points: { show: true, size: 5 * scale, fill: colourOf(code), filter: () => [...loneOf(code)] },
          dash: [...(dashes[i % dashes.length] ?? [])],
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

/** Never a scale so narrow that noise looks like an event. */
function padded(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max)) return [0, 1];
  const room = Math.max(2, (max - min) * 0.1, (10 - (max - min)) / 2);
  return [Math.floor(min - room), Math.ceil(max + room)];
}

function tickText(seconds: number): string {
  const at = new Date(seconds * 1000);
  return `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
}
