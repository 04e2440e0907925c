/** For a patient with many alarms: shows how many alarms would have called in the last 24 hours with wider limits. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { WhatIf } from '../../protocol/what-if.ts';
import type { LimitFit } from '../core/limit-fit.ts';
import { groupName } from '../core/limit-input.ts';
import { boundNames } from '../core/name-words.ts';
import { t } from '../core/texts.ts';
import { callsOf, whatIfNotes } from '../core/what-if-words.ts';
import { useApp } from '../shell/app.ts';

type Row = { readonly limit: number; readonly calls: number };

/** @param fit which limits to compare */
export function LimitFitButton({ associationId, fit }: { associationId: string; fit: LimitFit }) {
  const app = useApp();
  const isOpen = useSignal(false);
  return (
    <>
      <button
        class="button button--small"
        type="button"
        aria-expanded={isOpen.value}
        data-testid={`fit-${associationId}`}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        {t('Which limit would fit?')}
      </button>{' '}
      <button class="button button--small" type="button" onClick={() => app.go({ page: 'patient', associationId })}>
        {t('Open the patient')}
      </button>
      {isOpen.value && <LimitFitTable associationId={associationId} fit={fit} />}
    </>
  );
}

function LimitFitTable({ associationId, fit }: { associationId: string; fit: LimitFit }) {
  const app = useApp();
  const { group, bound, inForce, wider } = fit;
  const rows = useSignal<readonly Row[]>([]);
  const newest = useSignal<WhatIf | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);

  async function count(cancel: AbortSignal) {
    for (const limit of wider) {
      const answer = await app.api.whatIf(associationId, { group, limits: { [bound]: limit } }, cancel);
      if (cancel.aborted) return;
      if (!answer.ok) {
        problem.value = answer.message;
        return;
      }
      newest.value = answer.data;
      if (answer.data.since === null) return;
      const first = rows.peek().length === 0 ? [{ limit: inForce, calls: callsOf(answer.data.inForce) }] : [];
      rows.value = [...rows.peek(), ...first, { limit, calls: callsOf(answer.data.entered) }];
    }
  }
  useEffect(() => {
    const request = new AbortController();
    rows.value = [];
    problem.value = undefined;
    void count(request.signal);
    return () => request.abort();
  }, [associationId, JSON.stringify(fit)]);

  const answer = newest.value;
  const isDone = problem.value !== undefined || answer?.since === null || rows.value.length > wider.length;
  const shown = { kind: 'answer', parameter: groupName(group), off: false } as const;
  return (
    <section
      class="limit-fit"
      aria-label={t('Limits of {group}', { group: groupName(group) })}
      data-testid={`fit-table-${associationId}`}
    >
      {answer?.since === null && (
        <p>{t('No value of {group} is stored for the last 24 h.', { group: groupName(group) })}</p>
      )}
      {problem.value !== undefined && (
        <p class="form__problem" role="alert">
          {problem.value}
        </p>
      )}
      {rows.value.length > 0 && (
        <table class="table table--tight">
          <thead>
            <tr>
              <th scope="col">
                {groupName(group)} {boundNames[bound]}
              </th>
              <th scope="col" class="num">
                {t('Calls in 24 h')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.value.map(({ limit, calls }) => (
              <tr key={limit}>
                <th scope="row">
                  {limit}
                  {limit === inForce && t(' (in force)')}
                </th>
                <td class="num">{calls}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {!isDone && <progress aria-label={t('Counting')} />}
      {isDone && answer && answer.since !== null && (
        <p class="dim">
          {t('{whatIfNotes} Fewer calls are not always safer: decide at the patient.', {
            whatIfNotes: whatIfNotes({ ...shown, answer }).join(' '),
          })}
        </p>
      )}
    </section>
  );
}
