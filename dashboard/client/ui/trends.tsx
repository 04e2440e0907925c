/** The trends of a bed: charts of parameters and scores over the same hours, or a text if there is nothing to draw. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { hourMs } from '../../../contracts/durations.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { scoreTrendCodes } from '../../../contracts/score-trends.ts';
import type { Bed, Trends as TrendAnswer } from '../../protocol/rest.ts';
import { scoreCharts, scoreColumns } from '../core/score-charts.ts';
import { chartsOf } from '../core/trend-charts.ts';
import { limitLines, limitsText } from '../core/trend-limits.ts';
import { trendColumns } from '../core/trend-series.ts';
import type { Answer } from '../shell/api.ts';
import { useApp } from '../shell/app.ts';
import { TrendChart } from './trend-chart.tsx';

const ranges = [1, 4, 12, 24] as const;
const refreshMs = 30_000;
const points = 480;

type Loaded = { answer: Answer<TrendAnswer>; fromMs: number; toMs: number };

export function Trends({ bed }: { bed: Bed }) {
  const app = useApp();
  const hours = useSignal<(typeof ranges)[number]>(1);
  const loaded = useSignal<Loaded | undefined>(undefined);
  const measuredCodes = bed.values.map((value) => value.code).filter((code) => parameters.has(code));
  const scoreCodes = bed.scores ? scoreTrendCodes : [];
  const codes = [...measuredCodes.sort().slice(0, 16), ...scoreCodes];
  const codesKey = codes.join();

  async function load(isCurrent: () => boolean) {
    const toMs = app.now.peek();
    const fromMs = toMs - hours.peek() * hourMs;
    const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
    const answer = await app.api.trends(bed.associationId, { codes: codesKey.split(','), from, to, points });
    if (isCurrent()) loaded.value = { answer, fromMs, toMs };
  }

  useEffect(() => {
    if (codesKey === '') return;
    let current = true;
    loaded.value = undefined;
    void load(() => current);
    const timer = setInterval(() => void load(() => current), refreshMs);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [bed.associationId, codesKey, hours.value]);

  return (
    <>
      <div class="trends__head">
        <h2>Trends</h2>
        <span class="dim">dashed: present alarm limits, from when they were set</span>
        <span class="bar__gap" />
        <fieldset class="choice">
          <legend class="unseen">Hours shown</legend>
          {ranges.map((range) => (
            <button
              key={range}
              type="button"
              class="choice__one"
              aria-pressed={hours.value === range}
              data-testid={`trend-${range}h`}
              onClick={() => {
                hours.value = range;
              }}
            >
              {range} h
            </button>
          ))}
        </fieldset>
      </div>
      <Charts bed={bed} codes={codes} loaded={loaded.value} hours={hours.value} onRetry={() => void load(() => true)} />
    </>
  );
}

function Charts(props: {
  bed: Bed;
  codes: readonly string[];
  loaded: Loaded | undefined;
  hours: number;
  onRetry: () => void;
}) {
  const { bed, codes, loaded } = props;
  if (codes.length === 0)
    return (
      <p class="trends__state" data-testid="trends-empty">
        No parameter to draw yet.
      </p>
    );
  if (!loaded)
    return (
      <p class="trends__state" role="status" data-testid="trends-loading">
        Loading trends …
      </p>
    );
  if (!loaded.answer.ok)
    return (
      <div class="trends__state" role="alert" data-testid="trends-error">
        <p>Trends cannot be shown. {loaded.answer.message}</p>
        <button class="button" type="button" onClick={props.onRetry}>
          Try again
        </button>
      </div>
    );
  const answer = loaded.answer.data;
  const charts = [...chartsOf(codes), ...scoreCharts].filter((chart) =>
    answer.series.some((line) => chart.codes.includes(line.code) && line.points.length > 0),
  );
  if (charts.length === 0)
    return (
      <p class="trends__state" data-testid="trends-empty">
        Nothing was recorded for this bed in the last {props.hours} h.
      </p>
    );
  return (
    <div class="trends__charts" data-testid="trends">
      {charts.map((chart) => (
        <TrendChart
          key={chart.title}
          chart={chart}
          columns={chart.scale ? scoreColumns(answer, chart.codes, loaded.toMs) : trendColumns(answer, chart.codes)}
          limits={limitLines(chart.codes, bed.limits, loaded.fromMs)}
          limitsText={limitsText(chart.codes, bed.limits)}
          fromMs={loaded.fromMs}
          toMs={loaded.toMs}
          syncKey={bed.associationId}
        />
      ))}
    </div>
  );
}
