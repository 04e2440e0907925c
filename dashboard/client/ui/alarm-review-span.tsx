/** The form in which a person chooses any time of the alarm history. The end of the time is an instant or now. */
import { useSignal } from '@preact/signals';
import { type ReviewSpan, spanFault } from '../core/alarm-filters.ts';
import { t } from '../core/texts.ts';
import { fieldTime, instantOfField, refusedTimeText } from '../core/time-fields.ts';
import { useApp } from '../shell/app.ts';
import { halfFilledText } from './half-filled.ts';
import { FormProblem } from './still-text.tsx';
import { TimeDoubt } from './time-doubt.tsx';
import { TimeField } from './time-field.tsx';

export function ReviewSpanForm({ span, onSpan }: { span: ReviewSpan; onSpan: (chosen: ReviewSpan) => void }) {
  const app = useApp();
  const from = useSignal(fieldTime(span.fromMs));
  const to = useSignal(span.toMs === undefined ? '' : fieldTime(span.toMs));
  const problem = useSignal<string | undefined>(undefined);
  function show(form: HTMLFormElement) {
    const [fromMs, toMs] = [instantOfField(from.value), instantOfField(to.value)];
    problem.value = halfFilledText(form) ?? refusedTimeText(from.value, to.value);
    if (problem.value !== undefined) return;
    if (fromMs === undefined || (toMs === undefined && to.value !== ''))
      problem.value = t('Enter the date and the time of the beginning.');
    else problem.value = spanFault({ fromMs, toMs }, app.now.peek());
    if (problem.value === undefined && fromMs !== undefined) onSpan({ fromMs, toMs });
  }
  return (
    <form
      class="form__row review__span"
      aria-label={t('Other time')}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        show(event.currentTarget);
      }}
    >
      <TimeField
        label={t('From')}
        name="review-from"
        data-testid="review-from"
        value={from.value}
        onInput={(event) => {
          from.value = event.currentTarget.value;
        }}
      />
      <TimeField
        label={t('To (empty: until now)')}
        name="review-to"
        data-testid="review-to"
        value={to.value}
        onInput={(event) => {
          to.value = event.currentTarget.value;
        }}
      />
      <button class="button" type="submit" data-testid="review-span-show">
        {t('Show')}
      </button>
      <FormProblem text={problem.value} testId="review-span-problem" />
      <TimeDoubt fields={[from.value, to.value]} />
    </form>
  );
}
