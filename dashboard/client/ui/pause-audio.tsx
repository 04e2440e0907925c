/**
 * The button that silences all sounding alarms of some beds for two minutes. A new alarm of the same or a higher
 * priority ends the pause of its bed. For the guard (shell/guard.ts) the object of the button is always `sound`,
 * although the sounding alarms change. If these alarms were its object, the guard would block the button all the time
 * in a busy ward. The constant `sound` is safe, because a pause is short and the screen shows the end of the pause.
 */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import { audioPausedUntilMs } from '../core/alarm-order.ts';
import { t } from '../core/texts.ts';
import { countdownText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';

export function PauseAudio({ associationIds }: { associationIds: readonly string[] }) {
  const app = useApp();
  const now = app.now.value;
  const unanswered = associationIds.flatMap((id) => app.screen.value?.alarmsOf.get(id) ?? []).filter(isUnanswered);
  const pauseEnds = unanswered.map((alarm) => audioPausedUntilMs(alarm, now));
  const sounding = unanswered.filter((_alarm, i) => pauseEnds[i] === undefined);
  const requests = associationIds.map((id) => app.answers.requests.value.get(`pause:${id}`));
  const isPending = requests.some((answer) => answer?.state === 'pending');
  const error = requests.find((answer) => answer?.state === 'error');
  const lastEndMs = Math.max(...pauseEnds.map((endMs) => endMs ?? Number.NEGATIVE_INFINITY));
  if (unanswered.length === 0) return null;
  if (sounding.length === 0)
    return (
      <span class="paused" data-testid="audio-paused">
        {t('Sound paused {duration}', { duration: countdownText(lastEndMs, now) })}
      </span>
    );
  return (
    <>
      <button
        class="button"
        type="button"
        data-testid="pause-audio"
        aria-disabled={isPending || undefined}
        data-acts-on="sound"
        title={
          error?.state === 'error'
            ? error.message
            : t(
                'Pauses the sound of each bed that sounds now. A new alarm of the same or a higher priority ends the pause of its bed',
              )
        }
        onClick={() => {
          for (const id of new Set(sounding.map((alarm) => alarm.associationId))) void app.answers.pauseAudio(id);
        }}
      >
        {isPending ? t('Pausing …') : t('Pause alarm sounds 2 min')}
      </button>
      {error?.state === 'error' && (
        <span class="alarm__error" role="alert">
          {t('Not paused. {message}', { message: error.message })}
        </span>
      )}
    </>
  );
}
