/** The audit trail, newest record first, and the result of the check of its chain. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { auditActions } from '../../../contracts/audit-actions.ts';
import type { AuditEntry, AuditPage as Page } from '../../protocol/rest.ts';
import { formatRoute } from '../core/routes.ts';
import { dateTimeText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';

/** Maximum number of rows on the page; further rows are dropped from the top. */
const rowsMax = 2000;
/** Maximum number of patients that a row names. */
const patientsShown = 12;

export function AuditPage() {
  const app = useApp();
  const rows = useSignal<readonly AuditEntry[]>([]);
  const page = useSignal<Page | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const action = useSignal('');
  const userId = useSignal('');

  async function load(before?: number) {
    busy.value = true;
    const answer = await app.api.audit({
      ...(before === undefined ? {} : { before }),
      action: action.peek(),
      userId: userId.peek().trim(),
    });
    busy.value = false;
    if (!answer.ok) {
      problem.value = answer.message;
      return;
    }
    problem.value = undefined;
    page.value = answer.data;
    rows.value = [...(before === undefined ? [] : rows.peek()), ...answer.data.records].slice(-rowsMax);
  }
  useEffect(() => void load(), [action.value]);

  const nextBefore = page.value?.next ?? null;
  return (
    <main class="sheet" id="main" tabIndex={-1} data-testid="audit-page">
      <div class="sheet__head">
        <h1>Audit trail</h1>
        {page.value && <ChainState chain={page.value.chain} />}
        <span class="bar__gap" />
        <form
          class="form__row"
          onSubmit={(event) => {
            event.preventDefault();
            void load();
          }}
        >
          <label class="field field--inline">
            <span>Action</span>
            <select
              value={action.value}
              data-testid="audit-action"
              onChange={(event) => {
                action.value = event.currentTarget.value;
              }}
            >
              <option value="">all</option>
              {auditActions.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label class="field field--inline">
            <span>User</span>
            <input
              value={userId.value}
              maxLength={64}
              data-testid="audit-user"
              onInput={(event) => {
                userId.value = event.currentTarget.value;
              }}
            />
          </label>
          <button class="button" type="submit" data-testid="audit-search">
            Show
          </button>
        </form>
      </div>
      {problem.value && (
        <p class="form__problem" role="alert" data-testid="audit-error">
          {problem.value}
        </p>
      )}
      <div class="sheet__scroll">
        <table class="table" aria-busy={busy.value}>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Who</th>
              <th scope="col">Did</th>
              <th scope="col">From</th>
              <th scope="col">Ward</th>
              <th scope="col">About</th>
              <th scope="col">Detail</th>
              <th scope="col">Record</th>
            </tr>
          </thead>
          <tbody>
            {rows.value.map((row) => (
              <Row key={`${row.boot}/${row.n}`} row={row} />
            ))}
          </tbody>
        </table>
        {!busy.value && rows.value.length === 0 && !problem.value && <p class="dim sheet__none">No record matches.</p>}
        {nextBefore !== null && (
          <button
            class="button"
            type="button"
            disabled={busy.value}
            data-testid="audit-more"
            onClick={() => void load(nextBefore)}
          >
            {busy.value ? 'Loading …' : 'Older records'}
          </button>
        )}
      </div>
    </main>
  );
}

function ChainState({ chain }: { chain: Page['chain'] }) {
  const text = chain.intact ? intactChainText(chain) : `Not whole: ${chain.faults.join('; ')}`;
  return (
    <span
      class={`tag ${chain.intact ? 'tag--good' : 'tag--bad'}`}
      role={chain.intact ? 'status' : 'alert'}
      data-testid="audit-chain"
    >
      {chain.intact ? '✓ ' : '✗ '}
      {text}
    </span>
  );
}

/** Returns the text about an intact chain. Only the anchors of the witness prove that no records were cut off the end. */
function intactChainText({ records, older, anchoredAt }: Page['chain']): string {
  const unsigned = older === 0 ? '' : `, ${older} of them older and unsigned`;
  const end =
    anchoredAt === null
      ? '; no anchors: run “audit verify” to see whether the end was cut'
      : `; compared with the anchors of ${dateTimeText(Date.parse(anchoredAt))}`;
  return `Chain whole, ${records} records${unsigned}${end}`;
}

function Row({ row }: { row: AuditEntry }) {
  const app = useApp();
  const about = [
    row.patientId && `patient ${row.patientId}`,
    row.patients && patientsText(row.patients),
    row.account && `account ${row.account}`,
    !row.patientId && row.associationId && `period ${row.associationId.slice(0, 13)}…`,
  ].filter(Boolean);
  return (
    <tr data-testid={`audit-${row.action}`}>
      <td class="nowrap">{dateTimeText(Date.parse(row.at))}</td>
      <td class="table__who">
        {row.name ?? row.userId}
        {row.role && <span class="table__note">{row.role}</span>}
      </td>
      <td class={`nowrap${row.action === 'access-denied' || row.action === 'login-failed' ? ' is-refused' : ''}`}>
        {row.action}
      </td>
      <td class="table__from" data-label="From">
        {row.address}
        {row.station && <span class="table__note">station {row.station}</span>}
      </td>
      <td class="table__ward" data-label="Ward">
        {row.ward}
      </td>
      <td data-label="About">
        {about.join(', ')}
        {row.alarmId !== undefined && (
          <>
            {about.length > 0 && ', '}
            {app.may('see-explanations') ? (
              <a href={formatRoute({ page: 'why', alarmId: row.alarmId })}>alarm {row.alarmId.slice(0, 10)}…</a>
            ) : (
              `alarm ${row.alarmId.slice(0, 10)}…`
            )}
          </>
        )}
      </td>
      <td data-label="Detail">{row.detail}</td>
      <td class="nowrap">
        <Proof row={row} />
      </td>
    </tr>
  );
}

/** Returns a text that names the first patients and counts the others. */
function patientsText(patients: readonly string[]): string {
  const namedText = patients.slice(0, patientsShown).join(', ');
  const unnamedCount = patients.length - patientsShown;
  return `${patients.length === 1 ? 'patient' : 'patients'} ${namedText}${unnamedCount > 0 ? ` and ${unnamedCount} more` : ''}`;
}

function Proof({ row }: { row: AuditEntry }) {
  if (!row.verified) return <span class="is-refused">✗ does not verify</span>;
  if (!row.signed) return <span class="dim">older, unsigned</span>;
  return <span class="dim">✓ verified</span>;
}
