/** The trends of a bed: charts of parameters and scores with one time axis, or a text if there is nothing to draw. */

import { type Signal, useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { hourMs } from '../../../contracts/durations.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { scoreTrendCodes } from '../../../contracts/score-trends.ts';
import { tableMinutes } from '../../../contracts/trend-bounds.ts';
import type { Bed } from '../../protocol/rest.ts';
import type { Trends as TrendAnswer } from '../../protocol/trends.ts';
import { scoreCharts, scoreColumns } from '../core/score-charts.ts';
import { t } from '../core/texts.ts';
import { type Chart, chartsOf } from '../core/trend-charts.ts';
import { type CompareHours, hoursText, movedValues, withEarlier } from '../core/trend-compare.ts';
import { createValueReader, earlierReader } from '../core/trend-cursor.ts';
import { limitLines, limitsText } from '../core/trend-limits.ts';
import { type TrendColumns, trendColumns } from '../core/trend-series.ts';
import { clockText, sourceText } from '../core/trend-source-words.ts';
import { minutesFor, shownMinutes } from '../core/trend-table.ts';
import {
  formatTrendView,
  type TrendSpan,
  type TrendView,
  trendSpanMs,
  trendSpans,
  trendSpanText,
} from '../core/trend-view.ts';
import type { Answer } from '../shell/answer.ts';
import { useApp } from '../shell/app.ts';
import { ChoiceGroup } from './choice-group.tsx';
import { TrendAlarms } from './trend-alarms.tsx';
import { TrendChart } from './trend-chart.tsx';
import { TrendCompare } from './trend-compare.tsx';
import { TrendCursor } from './trend-cursor.tsx';
import { useNewsParts } from './trend-scores.tsx';
import { TrendTable } from './trend-table.tsx';
import { type Between, hoursBefore, useSpanAnswer } from './use-span-answer.ts';

const points = 480;

type Loaded = Answer<TrendAnswer>;

export function Trends({ bed, view }: { bed: Bed; view: TrendView }) {
  const app = useApp();
  const measuredCodes = bed.values.map((value) => value.code).filter((code) => parameters.has(code));
  const scoreCodes = bed.scores ? scoreTrendCodes : [];
  const codes = [...measuredCodes.sort(), ...scoreCodes];
  const show = (changes: Partial<TrendView>) => {
    const search = formatTrendView({ ...view, ...changes });
    app.go({ page: 'patient', associationId: bed.associationId, ...(search !== '' && { search }) });
  };
  const isTable = view.table !== undefined;
  return (
    <>
      <div class="trends__head">
        <h2>{t('Trends')}</h2>
        {!isTable && <span class="dim">{t('dashed: the alarm limits of each time')}</span>}
        <span class="bar__gap" />
        <ChoiceGroup
          legend={t('Trends as')}
          choices={[
            { key: 'charts', text: t('Charts') },
            { key: 'table', text: t('Table') },
          ]}
          chosen={isTable ? 'table' : 'charts'}
          testId="trends-as"
          onChoose={(as) => show({ table: as === 'table' ? 'usual' : undefined })}
        />
        <ChoiceGroup
          legend={t('Time shown')}
          choices={trendSpans.map((key) => ({ key, text: trendSpanText(key) }))}
          chosen={view.span}
          testId="trend"
          onChoose={(span) => show({ span })}
        />
      </div>
      {isTable && codes.length > 0 ? (
        <TableOfSpan bed={bed} codes={codes} view={view} show={show} />
      ) : (
        <ChartsOfSpan bed={bed} codes={codes} view={view} show={show} />
      )}
    </>
  );
}

type OfSpanProps = {
  bed: Bed;
  codes: readonly string[];
  view: TrendView;
  show: (changes: Partial<TrendView>) => void;
};

function TableOfSpan({ bed, codes, view: { span, table }, show }: OfSpanProps) {
  const spanMs = trendSpanMs[span];
  const inOrder = [...chartsOf(codes), ...scoreCharts]
    .flatMap((chart) => chart.codes)
    .filter((code) => codes.includes(code));
  const minutes = shownMinutes(table === 'usual' ? undefined : table, spanMs);
  return (
    <>
      <ChoiceGroup
        legend={t('One row for each')}
        showsLegend
        choices={minutesFor(spanMs).map((each) => ({ key: String(each), text: t('{minutes} min', { minutes: each }) }))}
        chosen={String(minutes)}
        testId="trend-minutes"
        onChoose={(key) => show({ table: tableMinutes.find((each) => String(each) === key) })}
      />
      <TrendTable bed={bed} codes={inOrder} spanMs={spanMs} minutes={minutes} />
    </>
  );
}

function ChartsOfSpan({ bed, codes, view: { span, compare }, show }: OfSpanProps) {
  const app = useApp();
  const key = codes.length === 0 ? '' : [bed.associationId, codes.join(), span].join('/');
  const ask = (between: Between) =>
    app.api.trends(bed.associationId, { codes: codes.join(), ...between, points: String(points) });
  const { answer, retry } = useSpanAnswer<TrendAnswer>(key, trendSpanMs[span], ask);
  const earlierKey = compare === undefined || key === '' ? '' : `${key}/${compare}`;
  const earlier = useSpanAnswer<TrendAnswer>(earlierKey, trendSpanMs[span], (between) =>
    ask(hoursBefore(between, compare ?? 0)),
  );
  const cursorMs = useSignal<number | undefined>(undefined);
  return (
    <>
      <TrendCompare
        compare={compare}
        answer={earlier.answer}
        codes={codes}
        span={answer?.ok ? answer.data : undefined}
        onChoose={(hours) => show({ compare: hours })}
      />
      <TrendState
        {...{ bed, codes, span, cursorMs }}
        loaded={answer}
        earlier={
          compare !== undefined && earlier.answer?.ok ? { hours: compare, trends: earlier.answer.data } : undefined
        }
        onRetry={retry}
      />
    </>
  );
}

/** The charts. If there is nothing to draw, a text that says why. */
function TrendState(props: {
  bed: Bed;
  codes: readonly string[];
  loaded: Loaded | undefined;
  /** The compared time; undefined if nothing is compared, or if its values have not come yet. */
  earlier: Earlier | undefined;
  span: TrendSpan;
  cursorMs: Signal<number | undefined>;
  onRetry: () => void;
}) {
  const { bed, codes, loaded, cursorMs } = props;
  if (codes.length === 0)
    return (
      <p class="trends__state" data-testid="trends-empty">
        {t('No parameter to draw yet.')}
      </p>
    );
  if (!loaded)
    return (
      <p class="trends__state" role="status" data-testid="trends-loading">
        {t('Loading trends …')}
      </p>
    );
  if (!loaded.ok)
    return (
      <div class="trends__state" role="alert" data-testid="trends-error">
        <p>{t('Trends cannot be shown. {message}', { message: loaded.message })}</p>
        <button class="button" type="button" onClick={props.onRetry}>
          {t('Try again')}
        </button>
      </div>
    );
  const answer = loaded.data;
  const charts = [...chartsOf(codes), ...scoreCharts].filter((chart) =>
    answer.series.some((line) => chart.codes.includes(line.code) && line.points.length > 0),
  );
  if (charts.length === 0)
    return (
      <p class="trends__state" data-testid="trends-empty">
        {t('Nothing was recorded for this bed in the last {trendSpan}. {source}', {
          trendSpan: trendSpanText(props.span),
          source: sourceText(answer.source),
        })}
      </p>
    );
  return <Charts bed={bed} charts={charts} trends={answer} earlier={props.earlier} cursorMs={cursorMs} />;
}

type Earlier = { readonly hours: CompareHours; readonly trends: TrendAnswer };

type ChartsProps = {
  bed: Bed;
  charts: readonly Chart[];
  trends: TrendAnswer;
  earlier: Earlier | undefined;
  cursorMs: Signal<number | undefined>;
};

function Charts({ bed, charts, trends, earlier, cursorMs }: ChartsProps) {
  const { fromMs, toMs } = trends;
  const newsParts = useNewsParts(bed, trends, 'highest', 'charts');
  const valueAt = useMemo(() => createValueReader(trends, toMs), [trends]);
  const moved = useMemo(() => earlier && movedValues(earlier.trends, earlier.hours * hourMs), [earlier?.trends]);
  const earlierAt = useMemo(
    () =>
      earlier &&
      moved &&
      earlierReader(createValueReader(moved, moved.toMs), hoursText(earlier.hours), earlier.hours * hourMs),
    [moved],
  );
  const columnsOf = useMemo(
    () => new Map(charts.map((chart) => [chart.title, columnsOfChart(chart, trends, moved)])),
    [trends, moved],
  );
  const source = sourceText(trends.source);
  const clock = clockText(trends.clockErrorMs);
  const drawn = charts.flatMap((chart) => chart.codes.filter((code) => columnsOf.get(chart.title)?.series.has(code)));
  return (
    <div class="trends__charts" data-testid="trends">
      {source !== undefined && (
        <p class="notice notice--plain" role="status" data-testid="trends-source">
          {source}
        </p>
      )}
      {clock !== undefined && (
        <p class="notice notice--plain" data-testid="trends-clock">
          {clock}
        </p>
      )}
      <TrendCursor
        codes={drawn}
        valueAt={valueAt}
        earlierAt={earlierAt}
        stepMs={trends.stepMs}
        fromMs={fromMs}
        toMs={toMs}
        cursorMs={cursorMs}
        alarms={trends.marks.alarms}
        newsParts={newsParts}
      />
      <TrendAlarms trends={trends} />
      {charts.map((chart) => (
        <TrendChart
          key={chart.title}
          chart={chart}
          columns={columnsOf.get(chart.title) ?? noColumns}
          limits={limitLines(chart.codes, trends.marks.limits, { fromMs, toMs })}
          limitsText={limitsText(chart.codes, bed.limits)}
          fromMs={fromMs}
          toMs={toMs}
          cursorMs={cursorMs}
          valueAt={valueAt}
          earlierAt={earlierAt}
        />
      ))}
    </div>
  );
}

/** @param earlier the compared values, moved to the times of `trends` */
function columnsOfChart({ codes, scale }: Chart, trends: TrendAnswer, earlier: TrendAnswer | undefined): TrendColumns {
  const columns = (of: TrendAnswer) => (scale ? scoreColumns(of, codes, of.toMs) : trendColumns(of, codes));
  return earlier === undefined ? columns(trends) : withEarlier(columns(trends), columns(earlier));
}

const noColumns: TrendColumns = { x: [], series: new Map() };
