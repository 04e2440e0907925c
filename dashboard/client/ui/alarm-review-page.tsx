/** The page "Alarm history": the alarms of a ward, who answered them, and how long the answers took. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { formatInstant } from '../../../contracts/time.ts';
import type { AlarmReview, AlarmReviewQuery, ReviewedAlarmRow } from '../../protocol/alarm-review.ts';
import {
  type AlarmFilters,
  formatFilters,
  noFilters,
  periodTitles,
  type ReviewSpan,
  reviewPeriods,
  reviewQuery,
  spanFault,
  spanOf,
} from '../core/alarm-filters.ts';
import { countsText, gapText, newAlarmCount, spanText } from '../core/alarm-review-words.ts';
import { t } from '../core/texts.ts';
import { clockText, zonedText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import { downloadFile } from '../shell/file-download.ts';
import { AlarmPanel } from './alarm-panel.tsx';
import { ReviewFilters } from './alarm-review-filters.tsx';
import { ReviewSpanForm } from './alarm-review-span.tsx';
import { ReviewTable } from './alarm-review-table.tsx';
import { AlarmStatistics } from './alarm-statistics.tsx';
import { shiftStartsOf } from './shift-starts.ts';
import { StripSearch } from './strip-search.tsx';

/** The first page of a list, and the time of the list, which also applies to all further pages. */
type Loaded = { readonly first: AlarmReview; readonly span: ReviewSpan };

/** Requests the list when the page opens, when a filter changes, and when the person refreshes the page. */
function useReview(ward: string, filters: AlarmFilters) {
  const app = useApp();
  const loaded = useSignal<Loaded | undefined>(undefined);
  const rows = useSignal<readonly ReviewedAlarmRow[]>([]);
  const next = useSignal<string | null>(null);
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  /** The number of the newest request. The page shows only the answer to this request. */
  const newest = useSignal(0);

  async function request(before?: string): Promise<void> {
    const requestNo = newest.peek() + 1;
    newest.value = requestNo;
    const nowMs = app.now.peek();
    const span = (before === undefined ? undefined : loaded.peek()?.span) ?? spanOf(filters, shiftStartsOf(app), nowMs);
    problem.value = spanFault(span, nowMs);
    // If the time has a fault, ends `busy` here, because the answer to an earlier request would not end `busy` any
    // more.
    busy.value = problem.value === undefined;
    if (problem.value !== undefined) return;
    const answer = await app.api.alarmReview({
      ...reviewQuery(ward, filters, span),
      ...(before !== undefined && { before }),
    });
    if (newest.peek() !== requestNo) return;
    busy.value = false;
    problem.value = answer.ok ? undefined : answer.message;
    if (!answer.ok) return;
    if (before === undefined) loaded.value = { first: answer.data, span };
    rows.value = [...(before === undefined ? [] : rows.peek()), ...answer.data.rows];
    next.value = answer.data.next;
  }
  useEffect(() => {
    // The list was loaded with different filters, so it must not stand below these filters.
    loaded.value = undefined;
    rows.value = [];
    next.value = null;
    void request();
  }, [ward, formatFilters(filters)]);
  return { loaded, rows, next, problem, busy, request };
}

export function AlarmReviewPage({ ward: asked, filters }: { ward: string | undefined; filters: AlarmFilters }) {
  const app = useApp();
  const ward = asked ?? app.ward.value;
  const { loaded, rows, next, problem, busy, request } = useReview(ward, filters);
  const list = loaded.value;
  const change = (changes: Partial<Record<keyof AlarmFilters, string | undefined>>, otherWard = ward) => {
    const wanted = { ...filters, ...changes } as AlarmFilters;
    app.go({ page: 'alarms', ward: otherWard, filters: wanted });
  };
  const choosePeriod = (period: AlarmFilters['period']) => {
    const { fromMs, toMs } = spanOf(filters, shiftStartsOf(app), app.now.peek());
    const isChosen = period === 'chosen';
    change({
      period,
      from: isChosen ? formatInstant(fromMs) : undefined,
      to: isChosen && toMs !== undefined ? formatInstant(toMs) : undefined,
    });
  };
  return (
    <div class="ward">
      <main class="sheet review" id="main" tabIndex={-1} data-testid="review-page">
        <div class="sheet__head">
          <h1>{t('Alarm history{part}', { part: ward === '*' ? '' : ` · ${ward}` })}</h1>
          <fieldset class="choice">
            <legend class="unseen">{t('Time')}</legend>
            {reviewPeriods.map((period) => (
              <button
                key={period}
                type="button"
                class="choice__one"
                aria-pressed={filters.period === period}
                data-testid={`review-period-${period}`}
                onClick={() => choosePeriod(period)}
              >
                {periodTitles[period]}
              </button>
            ))}
          </fieldset>
        </div>
        {problem.value !== undefined && (
          <p class="form__problem" role="alert" data-testid="review-error">
            {problem.value}
          </p>
        )}
        {filters.period === 'chosen' && (
          <ReviewSpanForm
            key={`${filters.from} ${filters.to}`}
            span={spanOf(filters, shiftStartsOf(app), app.now.peek())}
            onSpan={({ fromMs, toMs }) =>
              change({ from: formatInstant(fromMs), to: toMs === undefined ? undefined : formatInstant(toMs) })
            }
          />
        )}
        <ReviewFilters ward={ward} filters={filters} choices={list?.first.choices} onChange={change} />
        <StripSearch key={ward} ward={ward} />
        {list && <Summary {...list} busy={busy.value} ward={ward} filters={filters} onRefresh={() => void request()} />}
        <div class="sheet__scroll" aria-busy={busy.value}>
          {list === undefined && problem.value === undefined && (
            <p class="dim sheet__none" role="status" data-testid="review-waiting">
              {t('Loading …')}
            </p>
          )}
          {list === undefined && problem.value !== undefined && (
            <button class="button" type="button" data-testid="review-again" onClick={() => void request()}>
              {t('Try again')}
            </button>
          )}
          {list && rows.value.length === 0 && (
            <div class="empty" data-testid="review-empty">
              <p class="empty__title">{t('No alarm matches')}</p>
              {formatFilters({ ...filters, ...noTime }) !== '' && (
                <button class="button" type="button" onClick={() => app.go(routeWithoutFilters(ward, filters))}>
                  {t('Remove the filters')}
                </button>
              )}
            </div>
          )}
          {rows.value.length > 0 && <ReviewTable rows={rows.value} showsWard={ward === '*'} />}
          {next.value !== null && (
            <button
              class="button"
              type="button"
              disabled={busy.value}
              data-testid="review-more"
              onClick={() => void request(next.value ?? undefined)}
            >
              {busy.value ? t('Loading …') : t('Older alarms')}
            </button>
          )}
        </div>
      </main>
      <AlarmPanel />
    </div>
  );
}

const noTime = { period: noFilters.period, from: undefined, to: undefined } as never as AlarmFilters;

const routeWithoutFilters = (ward: string, { period, from, to }: AlarmFilters) =>
  ({
    page: 'alarms',
    ward,
    filters: { period, ...(from !== undefined && { from }), ...(to !== undefined && { to }) },
  }) as const;

type SummaryProps = Loaded & { busy: boolean; ward: string; filters: AlarmFilters; onRefresh: () => void };

/** The counts of the list, the time of the list, and notices about missing and new alarms. */
function Summary({ first, span, busy, ward, filters, onRefresh }: SummaryProps) {
  const app = useApp();
  const screen = app.screen.value;
  const gap = gapText(first, span);
  const newCount =
    screen === undefined || span.toMs !== undefined
      ? 0
      : newAlarmCount(
          screen.alarms.values(),
          first,
          filters,
          ({ associationId }) => screen.beds.get(associationId),
          ward,
        );
  return (
    <div class="review__summary">
      <p data-testid="review-counts">
        <strong>{countsText(first.counts)}</strong>
      </p>
      <p class="dim" data-testid="review-span">
        {t('{span} · as of {time}', { span: spanText(span), time: clockText(first.at) })}{' '}
        <button
          class="button button--small"
          type="button"
          disabled={busy}
          data-testid="review-refresh"
          onClick={onRefresh}
        >
          {newCount === 0 ? t('Refresh') : t('{newCount} new: show', { newCount })}
        </button>
      </p>
      {gap !== undefined && (
        <p class="notice notice--plain" role="status" data-testid="review-gap">
          {gap}
        </p>
      )}
      <AlarmStatistics review={first} />
      <SaveAsCsv query={reviewQuery(ward, filters, span)} />
      <p class="print-only">{t('Printed {zoned}', { zoned: zonedText(app.now.value) })}</p>
    </div>
  );
}

/** The button that saves all alarms of the list. The alarms of pages that are not loaded are saved too. */
function SaveAsCsv({ query }: { query: AlarmReviewQuery }) {
  const busy = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  async function save() {
    busy.value = true;
    problem.value = await downloadFile('/api/alarm-review/export', query);
    busy.value = false;
  }
  return (
    <>
      <button
        class="button button--small"
        type="button"
        disabled={busy.value}
        data-testid="review-save"
        onClick={() => void save()}
      >
        {busy.value ? t('Saving …') : t('Save as CSV')}
      </button>
      {problem.value !== undefined && (
        <p class="form__problem" role="alert" data-testid="review-save-error">
          {problem.value}
        </p>
      )}
    </>
  );
}
