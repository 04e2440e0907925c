/**
 * Shows how many alarms the typed limits would have raised in this patient's last 24 hours, before the person saves the
 * limits.
 */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { GroupInForce, LimitsAsked } from '../../../contracts/messages/alarms.ts';
import { groupName, type LimitDraft, nothingChangedMessage, readChangedLimits } from '../core/limit-input.ts';
import { t } from '../core/texts.ts';
import {
  type WhatIfShown,
  whatIfNotes,
  whatIfRows,
  whatIfSentence,
  widestNotes,
  widestSentence,
} from '../core/what-if-words.ts';
import { useApp } from '../shell/app.ts';
import { Reserve } from './alarm-row.tsx';
import { StillText } from './still-text.tsx';

/** The request is sent when nobody has typed for this time (ours). */
const pauseMs = 600;

type LimitWhatIfProps = {
  associationId: string;
  inForce: GroupInForce;
  draft: LimitDraft;
  /** Why the form was not saved. The form shows this text, so the preview does not repeat it. */
  problem: string | undefined;
};

export function LimitWhatIf({ associationId, inForce, draft, problem }: LimitWhatIfProps) {
  const app = useApp();
  const { group, own, off, limits } = inForce;
  const shown = useSignal<WhatIfShown>({ kind: 'working', entered: false });
  const read = readChangedLimits(group, draft, own);
  const refusal = read.ok || read.message === nothingChangedMessage() ? undefined : read.message;
  const enteredLimits = read.ok ? read.limits : undefined;

  async function requestAnswer(cancel: AbortSignal) {
    const body = { group, ...(enteredLimits !== undefined && { limits: enteredLimits }) };
    const answer = await app.api.whatIf(associationId, body, cancel);
    if (cancel.aborted) return;
    if (answer.ok)
      shown.value = { kind: 'answer', answer: answer.data, parameter: groupName(group), off: off !== undefined };
    else if (answer.status === 400) shown.value = { kind: 'refused', message: answer.message };
    else shown.value = { kind: 'failed', message: answer.message };
  }

  useEffect(() => {
    if (refusal !== undefined) {
      shown.value = { kind: 'refused', message: refusal };
      return;
    }
    // Removes the answer about the former limits.
    shown.value = { kind: 'working', entered: enteredLimits !== undefined };
    const request = new AbortController();
    const timer = setTimeout(() => void requestAnswer(request.signal), pauseMs);
    return () => {
      clearTimeout(timer);
      request.abort();
    };
  }, [associationId, keyOf(enteredLimits), refusal, JSON.stringify([limits, own, off])]);

  return <WhatIfView shown={shown.value} problem={problem} />;
}

const keyOf = (asked: LimitsAsked | null | undefined) => JSON.stringify({ asked });

function WhatIfView({ shown, problem }: { shown: WhatIfShown } & Pick<LimitWhatIfProps, 'problem'>) {
  const sentence = whatIfSentence(shown);
  return (
    <section class="what-if" aria-label={t('The last 24 hours')} data-testid="what-if">
      <StillText
        text={sentence === problem ? undefined : sentence}
        class="what-if__sentence"
        role="status"
        testId="what-if-sentence"
        widest={[widestSentence()]}
      />
      <table class="table table--tight">
        <thead>
          <tr>
            <th scope="col">{t('Calls')}</th>
            {[t('High'), t('Medium'), t('Low'), t('All')].map((name) => (
              <th key={name} scope="col" class="num">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {whatIfRows(shown).map(({ name, cells }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, at) => (
                <td key={at} class="num">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div class="what-if__notes still dim">
        <div data-testid="what-if-notes">
          {shown.kind === 'working' && <progress aria-label={t('Counting')} />}
          {whatIfNotes(shown).join(' ')}
        </div>
        <Reserve class="still__room" texts={[widestNotes()]} />
      </div>
    </section>
  );
}
