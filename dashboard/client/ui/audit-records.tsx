/** A table with records of the audit trail, the newest first, and a button that loads older records. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { auditActionNames } from '../../../contracts/audit-names.ts';
import type { AuditEntry, AuditFilter, AuditPage } from '../../protocol/audit.ts';
import { changeText } from '../core/audit-words.ts';
import { formatRoute } from '../core/routes.ts';
import { t } from '../core/texts.ts';
import { dateTimeText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';

/** Maximum number of rows in a table. If there are more, rows at the top are dropped. */
const rowsMax = 2000;
/** Maximum number of patients that a row names. */
const patientsShown = 12;

/**
 * Shows the records of a search.
 * @param onPage called with each page that the server sent
 */
export function AuditRecords(props: { filter: AuditFilter; label: string; onPage?: (page: AuditPage) => void }) {
  const app = useApp();
  const rows = useSignal<readonly AuditEntry[]>([]);
  const next = useSignal<number | null>(null);
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(true);

  /** @param isShown returns whether this table is still on the page */
  async function load(before?: number, isShown = () => true) {
    busy.value = true;
    const answer = await app.api.searchAudit({ ...props.filter, ...(before === undefined ? {} : { before }) });
    if (!isShown()) return;
    busy.value = false;
    problem.value = answer.ok ? undefined : answer.message;
    if (!answer.ok) return;
    next.value = answer.data.next;
    rows.value = [...(before === undefined ? [] : rows.peek()), ...answer.data.records].slice(-rowsMax);
    props.onPage?.(answer.data);
  }
  useEffect(() => {
    let isShown = true;
    void load(undefined, () => isShown);
    return () => {
      isShown = false;
    };
  }, []);

  const nextBefore = next.value;
  return (
    <>
      {problem.value && (
        <div class="form__buttons">
          <p class="form__problem" role="alert" data-testid="audit-error">
            {problem.value}
          </p>
          <button class="button" type="button" disabled={busy.value} onClick={() => void load()}>
            {t('Try again')}
          </button>
        </div>
      )}
      {rows.value.length > 0 && (
        <table class="table" aria-label={props.label} aria-busy={busy.value}>
          <thead>
            <tr>
              <th scope="col">{t('Time')}</th>
              <th scope="col">{t('Who')}</th>
              <th scope="col">{t('Did')}</th>
              <th scope="col">{t('From')}</th>
              <th scope="col">{t('Ward, bed')}</th>
              <th scope="col">{t('About')}</th>
              <th scope="col">{t('Detail')}</th>
              <th scope="col">{t('Record')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.value.map((row) => (
              <Row key={`${row.boot}/${row.n}`} row={row} />
            ))}
          </tbody>
        </table>
      )}
      {busy.value && rows.value.length === 0 && (
        <p class="dim sheet__none" role="status" data-testid="audit-loading">
          {t('Loading …')}
        </p>
      )}
      {!busy.value && rows.value.length === 0 && !problem.value && (
        <p class="dim sheet__none" data-testid="audit-empty">
          {t('No record matches.')}
        </p>
      )}
      {nextBefore !== null && (
        <button
          class="button"
          type="button"
          disabled={busy.value}
          data-testid="audit-more"
          onClick={() => void load(nextBefore)}
        >
          {busy.value ? t('Loading …') : t('Older records')}
        </button>
      )}
    </>
  );
}

function Row({ row }: { row: AuditEntry }) {
  const app = useApp();
  const about = [
    row.patientId && t('patient {patientId}', { patientId: row.patientId }),
    row.patients && patientsText(row.patients),
    row.account && t('account {account}', { account: row.account }),
    !row.patientId &&
      row.associationId &&
      t('period {associationId}…', { associationId: row.associationId.slice(0, 13) }),
  ].filter(Boolean);
  const change = changeText(row);
  const { group, name } = auditActionNames[row.action];
  return (
    <tr data-testid={`audit-${row.action}`}>
      <td class="nowrap">{dateTimeText(Date.parse(row.at))}</td>
      <td class="table__who">
        {row.name ?? row.userId}
        <span class="table__note">
          {row.role ? `${t(row.role)}, ` : ''}
          {row.userId}
        </span>
      </td>
      <td class={`table__words${group === 'refused' ? ' is-refused' : ''}`}>
        {t(name)}
        <span class="table__note">{row.action}</span>
      </td>
      <td class="table__from" data-label={t('From')}>
        {row.address}
        {row.station && <span class="table__note">{t('station {station}', { station: row.station })}</span>}
      </td>
      <td class="table__ward" data-label={t('Ward')}>
        {row.ward}
        {row.bed && <span class="table__note">{t('bed {bed}', { bed: row.bed })}</span>}
      </td>
      <td data-label={t('About')}>
        {about.join(', ')}
        {row.alarmId !== undefined && (
          <>
            {about.length > 0 && ', '}
            {app.may('see-explanations') ? (
              <a href={formatRoute({ page: 'why', alarmId: row.alarmId })}>
                {t('alarm {alarmId}…', { alarmId: row.alarmId.slice(0, 10) })}
              </a>
            ) : (
              t('alarm {alarmId}…', { alarmId: row.alarmId.slice(0, 10) })
            )}
          </>
        )}
      </td>
      <td data-label={t('Detail')}>
        <span class="audit__detail">{row.detail}</span>
        {change !== undefined && (
          <span class="audit-change" data-testid="audit-change">
            {change}
          </span>
        )}
      </td>
      <td class="nowrap">
        <Proof row={row} />
      </td>
    </tr>
  );
}

/** Returns a text with the names of the first patients and the number of the other patients. */
function patientsText(patients: readonly string[]): string {
  const namedText = patients.slice(0, patientsShown).join(', ');
  const unnamedCount = patients.length - patientsShown;
  return `${t('patient|patients', { n: patients.length })} ${namedText}${unnamedCount > 0 ? t(' and {unnamedCount} more', { unnamedCount }) : ''}`;
}

function Proof({ row }: { row: AuditEntry }) {
  if (!row.verified) return <span class="is-refused">{t('✗ does not verify')}</span>;
  if (!row.signed) return <span class="dim">{t('older, unsigned')}</span>;
  return <span class="dim">{t('✓ verified')}</span>;
}
