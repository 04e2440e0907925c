/**
 * The page of the audit trail. It has the search, the persons in the found records, the records, the result of the
 * check of the chain, and the exports. The search is in the page's address.
 */
import { useSignal } from '@preact/signals';
import type { AuditExport, AuditFilter, AuditPage as Page } from '../../protocol/audit.ts';
import { formatSearch, parseSearch, wardLooksFilter } from '../core/audit-search.ts';
import { wardLooksText } from '../core/audit-words.ts';
import { t } from '../core/texts.ts';
import { dateTimeText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import { downloadFile } from '../shell/file-download.ts';
import { AuditForm } from './audit-form.tsx';
import { AuditPeople } from './audit-people.tsx';
import { AuditRecords } from './audit-records.tsx';
import { ScrollBox } from './scroll-box.tsx';

/** @param search the search in the page's address */
export function AuditPage({ search }: { search: string }) {
  const app = useApp();
  /** The first page of each search. This page has the summary of the search. */
  const first = useSignal<{ readonly search: string; readonly page: Page } | undefined>(undefined);
  const newest = useSignal<Page | undefined>(undefined);
  /** Number of times that the person repeated the search. */
  const asked = useSignal(0);
  const filter = parseSearch(search);

  function searchFor(wanted: AuditFilter) {
    const wantedSearch = formatSearch(wanted);
    if (wantedSearch === formatSearch(filter)) asked.value += 1;
    else app.go({ page: 'audit', search: wantedSearch });
  }
  const summary = first.value?.search === search ? first.value.page.summary : undefined;
  const choices = first.value?.page.summary?.choices;
  return (
    <main class="sheet" id="main" tabIndex={-1} data-testid="audit-page">
      <div class="sheet__head">
        <h1>{t('Audit trail')}</h1>
        {newest.value && <ChainState chain={newest.value.chain} />}
      </div>
      <ScrollBox label={t('Search and records')}>
        <AuditForm filter={filter} choices={choices} onSearch={searchFor} />
        {newest.value && <KnownFrom knownFrom={newest.value.knownFrom} />}
        {summary && summary.wardLooks > 0 && (
          <p class="audit-left-out" data-testid="audit-ward-looks">
            {wardLooksText(summary.wardLooks)}{' '}
            <button class="button" type="button" onClick={() => searchFor(wardLooksFilter(filter))}>
              {t('Show looks without a bed too')}
            </button>
          </p>
        )}
        {summary && <AuditPeople key={`${search} ${asked.value}`} filter={filter} summary={summary} />}
        {summary && summary.matching > 0 && <Exports key={`export ${search}`} filter={filter} />}
        <h2 class="audit-title">{t('Records')}</h2>
        <AuditRecords
          key={`${search} ${asked.value}`}
          filter={filter}
          label={t('Records')}
          onPage={(page) => {
            newest.value = page;
            if (page.summary) first.value = { search, page };
          }}
        />
      </ScrollBox>
    </main>
  );
}

function KnownFrom({ knownFrom }: { knownFrom: string }) {
  return (
    <p class="dim" data-testid="audit-known-from">
      {t(
        'This page knows the records since {time}. Older records are in Kafka: an operator checks them with “npm run vigil -- audit verify”.',
        { time: dateTimeText(Date.parse(knownFrom)) },
      )}
    </p>
  );
}

function Exports({ filter }: { filter: AuditFilter }) {
  const busy = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  async function save(format: AuditExport['format']) {
    busy.value = true;
    problem.value = await downloadFile('/api/audit/export', { ...filter, format });
    busy.value = false;
  }
  return (
    <div class="form__buttons audit-exports">
      <button
        class="button"
        type="button"
        disabled={busy.value}
        data-testid="audit-export-csv"
        onClick={() => void save('csv')}
      >
        {t('Save as CSV')}
      </button>
      <button
        class="button"
        type="button"
        disabled={busy.value}
        data-testid="audit-export-fhir"
        onClick={() => void save('fhir')}
      >
        {t('Save as FHIR AuditEvent')}
      </button>
      {busy.value && <span role="status">{t('Saving …')}</span>}
      {problem.value && (
        <p class="form__problem" role="alert" data-testid="audit-export-error">
          {problem.value}
        </p>
      )}
    </div>
  );
}

function ChainState({ chain }: { chain: Page['chain'] }) {
  const text = chain.intact ? intactChainText(chain) : t('Not whole: {faults}', { faults: chain.faults.join('; ') });
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

/**
 * Returns the text about an intact chain. Only the anchors of the witness prove that nobody cut off records at the end.
 */
function intactChainText({ records, older, anchoredAt }: Page['chain']): string {
  const unsigned = older === 0 ? '' : t(', {older} of them older and unsigned', { older });
  const end =
    anchoredAt === null
      ? t('; no anchors: run “audit verify” to see whether the end was cut')
      : t('; compared with the anchors of {time}', { time: dateTimeText(Date.parse(anchoredAt)) });
  return t('Chain whole, {records} records{unsigned}{end}', { records, unsigned, end });
}
