/**
 * The form that switches the low and high limits of a group off for some hours, with a reason. Also switches the limits
 * on again. Extreme limits stay on.
 */

import { useSignal } from '@preact/signals';
import { hourMs } from '../../../contracts/durations.ts';
import type { GroupInForce, LimitsAsked } from '../../../contracts/messages/alarms.ts';
import { offText } from '../core/numerics.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { ReasonFor } from './reason-for.tsx';

/** The choices for the time; `value` is in hours. The server accepts at most 12 h. */
const choices = [
  { value: '0.5', text: '30 min' },
  { value: '1', text: '1 h' },
  { value: '2', text: '2 h' },
  { value: '4', text: '4 h' },
  { value: '8', text: '8 h' },
];

type LimitOffProps = {
  off: GroupInForce['off'];
  busy: boolean;
  onAsk: (asked: LimitsAsked) => void;
  /** Called when the person changes the reason or the time. */
  onEdit: () => void;
};

export function LimitOff({ off, busy, onAsk, onEdit }: LimitOffProps) {
  const app = useApp();
  const reason = useSignal('');
  const hours = useSignal('1');
  if (off)
    return (
      <div class="form__buttons" data-testid="limit-off">
        <span>{offText(off, app.now.value)}</span>
        {off.until !== undefined && (
          <button
            class="button"
            type="button"
            disabled={busy}
            data-testid="limit-on"
            onClick={() => onAsk({ off: null })}
          >
            {t('Switch on again')}
          </button>
        )}
      </div>
    );
  const trimmedReason = reason.value.trim();
  return (
    <div class="form__row" data-testid="limit-off">
      <ReasonFor
        names={{ reason: 'offReason', time: 'offHours' }}
        label={t('Reason to switch low and high off')}
        maxLength={120}
        reason={reason}
        time={hours}
        times={choices}
        onEdit={onEdit}
      />
      <button
        class="button"
        type="button"
        disabled={busy || trimmedReason === ''}
        data-testid="limit-switch-off"
        onClick={() => {
          const until = new Date(app.now.peek() + Number(hours.value) * hourMs).toISOString();
          onAsk({ off: { reason: trimmedReason, until } });
        }}
      >
        {t('Switch off')}
      </button>
    </div>
  );
}
