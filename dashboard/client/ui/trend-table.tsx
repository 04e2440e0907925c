/** The trends as a table: one row for each interval, the newest first, and a button that saves all rows as a file. */
import { useSignal } from '@preact/signals';
import { Fragment } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { TableMinutes } from '../../../contracts/trend-bounds.ts';
import type { Bed } from '../../protocol/rest.ts';
import type { TrendTable as Table } from '../../protocol/trend-table.ts';
import { t } from '../core/texts.ts';
import { isNewsCode } from '../core/trend-scores.ts';
import { clockText, sourceText } from '../core/trend-source-words.ts';
import {
  cellLegend,
  cellText,
  rangeText,
  rowTimes,
  type TableColumn,
  type TableRow,
  tableColumns,
  tableRows,
  zoneLegend,
} from '../core/trend-table.ts';
import { useApp } from '../shell/app.ts';
import { downloadFile } from '../shell/file-download.ts';
import { type NewsParts, NewsPartsSwitch, PartsOfScore, useNewsParts } from './trend-scores.tsx';
import { useSpanAnswer } from './use-span-answer.ts';

/** Number of rows at first, and number of rows that the button adds. */
const rowsAtOnce = 60;

type TrendTableProps = { bed: Bed; codes: readonly string[]; spanMs: number; minutes: TableMinutes };

export function TrendTable({ bed, codes, spanMs, minutes }: TrendTableProps) {
  const app = useApp();
  const key = [bed.associationId, codes.join(), spanMs, minutes].join('/');
  const { answer, retry } = useSpanAnswer<Table>(key, spanMs, (between) =>
    app.api.trendTable(bed.associationId, { codes: codes.join(), ...between, minutes: String(minutes) }),
  );
  const table = answer?.ok ? answer.data : undefined;
  const newsParts = useNewsParts(bed, table && { ...table, stepMs: table.intervalMs }, 'last', key);
  if (answer === undefined)
    return (
      <p class="trends__state" role="status" data-testid="trend-table-loading">
        {t('Loading the table …')}
      </p>
    );
  if (!answer.ok)
    return (
      <div class="trends__state" role="alert" data-testid="trend-table-error">
        <p>
          {t('The table cannot be shown.')} {answer.message}
        </p>
        <button class="button" type="button" onClick={retry}>
          {t('Try the table again')}
        </button>
      </div>
    );
  const notes = [clockText(answer.data.clockErrorMs), sourceText(answer.data.source)].filter(Boolean);
  return (
    <div class="trend-table" data-testid="trend-table">
      {notes.length > 0 && (
        <p class="notice notice--plain" role="status" data-testid="trend-table-source">
          {notes.join(' ')}
        </p>
      )}
      <div class="trend-table__save">
        <SaveTable {...{ bed, codes, spanMs, minutes }} />
        {codes.some(isNewsCode) && <NewsPartsSwitch parts={newsParts} />}
      </div>
      <Rows key={key} table={answer.data} newsParts={newsParts} />
    </div>
  );
}

function Rows({ table, newsParts }: { table: Table; newsParts: NewsParts }) {
  const shown = useSignal(rowsAtOnce);
  const columns = useMemo(() => tableColumns(table), [table]);
  const rows = useMemo(() => tableRows(table), [table]);
  const timeOf = useMemo(() => rowTimes(rows), [rows]);
  const { box, isNarrow } = useNarrow(columns.length);
  if (columns.length === 0)
    return (
      <p class="trends__state" data-testid="trend-table-empty">
        {t('No usable value was recorded in this time.')}
      </p>
    );
  return (
    <>
      <p class="dim">
        {cellLegend(table)} {t('– means no usable value: not measured, invalid, or the sensor is off.')}{' '}
        {t('? means that the device marked the last value as questionable.')} {zoneLegend(rows)}
      </p>
      <div ref={box} class={`trend-table__rows${isNarrow ? ' trend-table__rows--blocks' : ''}`}>
        <table class="table table--tight" aria-label={t('Table of values')}>
          <thead>
            <tr>
              <th scope="col">{t('Interval from')}</th>
              {columns.map(({ code, label, unit }) => (
                <th key={code} scope="col" class="num">
                  {label}
                  {unit !== undefined && <span class="trend-table__unit">{unit}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown.value).map((row) => (
              <Fragment key={row.atMs}>
                <Row row={row} time={timeOf(row)} columns={columns} />
                {newsParts.isOn && <RowOfParts row={row} columns={columns} table={table} answer={newsParts.answer} />}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > shown.value && (
        <button
          class="button"
          type="button"
          data-testid="trend-table-more"
          onClick={() => {
            shown.value += rowsAtOnce;
          }}
        >
          {t('Show {n} earlier row|Show {n} earlier rows', { n: Math.min(rowsAtOnce, rows.length - shown.value) })}
        </button>
      )}
    </>
  );
}

/** A row. Each cell has its label. The label is visible only if there is no room for the columns. */
function Row({ row: { cells }, time, columns }: { row: TableRow; time: string; columns: readonly TableColumn[] }) {
  return (
    <tr data-testid="trend-row">
      <th scope="row" class="num">
        {time}
      </th>
      {columns.map(({ code, label }, index) => {
        const range = rangeText(code, cells[index]);
        return (
          <td key={code} class="num" data-testid={`trend-cell-${code}`}>
            <span class="trend-table__label">{label} </span>
            {cellText(code, cells[index])}
            {range !== undefined && <span class="trend-table__range">{range}</span>}
          </td>
        );
      })}
    </tr>
  );
}

type RowOfPartsProps = {
  row: TableRow;
  columns: readonly TableColumn[];
  table: Table;
  answer: NewsParts['answer'];
};

/** The parts of the scores of a row. They have a row of their own, because there is no room for seven more columns. */
function RowOfParts({ row: { atMs, cells }, columns, table, answer }: RowOfPartsProps) {
  const scored = columns.flatMap(({ code }, index) => {
    const cell = cells[index];
    return isNewsCode(code) && cell !== undefined ? [{ code, cell }] : [];
  });
  if (scored.length === 0) return null;
  return (
    <tr class="trend-table__parts">
      <td colSpan={columns.length + 1}>
        {scored.map(({ code, cell }) => (
          <PartsOfScore
            key={code}
            answer={answer}
            code={code}
            stepAtMs={atMs}
            shown={table.value === 'last' ? cell.value : undefined}
          />
        ))}
      </td>
    </tr>
  );
}

/**
 * Returns whether the table is wider than its box, and the reference for the box. If the table is too wide, each row is
 * a block, so that nobody must scroll sideways to read a row.
 */
function useNarrow(columnCount: number) {
  const box = useRef<HTMLDivElement>(null);
  const isNarrow = useSignal(false);
  /** The width that the table with columns needs, px. Measured when the table did not fit into its box. */
  const neededPx = useRef(0);
  useLayoutEffect(() => {
    isNarrow.value = false;
    const element = box.current;
    if (element === null) return;
    const measure = () => {
      if (isNarrow.peek()) {
        if (element.clientWidth >= neededPx.current) isNarrow.value = false;
        return;
      }
      if (element.scrollWidth <= element.clientWidth) return;
      neededPx.current = element.scrollWidth;
      isNarrow.value = true;
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [columnCount]);
  return { box, isNarrow: isNarrow.value };
}

/** The button that saves all rows. Rows that are not on the page yet are saved too. */
function SaveTable({ bed, codes, spanMs, minutes }: TrendTableProps) {
  const app = useApp();
  const busy = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  async function save() {
    busy.value = true;
    const toMs = app.now.peek();
    const between = { from: new Date(toMs - spanMs).toISOString(), to: new Date(toMs).toISOString() };
    const path = `/api/associations/${encodeURIComponent(bed.associationId)}/trends/table/export`;
    problem.value = await downloadFile(path, { codes: codes.join(), ...between, minutes });
    busy.value = false;
  }
  return (
    <>
      <button
        class="button button--small"
        type="button"
        data-testid="trend-table-save"
        aria-disabled={busy.value}
        onClick={() => {
          if (!busy.value) void save();
        }}
      >
        {busy.value ? t('Saving the table …') : t('Save the table as CSV')}
      </button>
      {problem.value !== undefined && (
        <span class="form__problem" role="alert" data-testid="trend-table-save-error">
          {problem.value}
        </span>
      )}
    </>
  );
}
