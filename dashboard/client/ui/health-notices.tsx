/** The notices about the server's health. */
import { ageText } from '../core/ages.ts';
import { canaryText, shortCanaryText, shortSilentProcessorText, silentProcessorText } from '../core/canary-words.ts';
import { certificateText, shortCertificateText } from '../core/certificate-words.ts';
import { t } from '../core/texts.ts';
import { whenText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import { Notice } from './notice.tsx';

/** The most serious notices come first: the screen gets no new values, or no process judges the values. */
export function HealthNotices() {
  const app = useApp();
  const health = app.screen.value?.health;
  const now = app.now.value;
  const canary = health && canaryText(health, now);
  const isOperator = app.session.value?.wards.includes('*') ?? false;
  const certificate = health && certificateText(health, isOperator, now);
  const since = (at: string | null) => (at === null ? '' : t(' since {when}', { when: whenText(Date.parse(at), now) }));
  return (
    <>
      {health?.kafka === 'away' && (
        <Notice level="high" id="notice-kafka" shortText={t('Watch the bedside monitors: no new values or alarms.')}>
          {t('The message log is down{since}: no new values, alarms or acknowledgements. Watch the bedside monitors.', {
            since: since(health.kafkaAt),
          })}
        </Notice>
      )}
      {health?.alarms === 'stale' && (
        <Notice level="high" id="notice-alarms" shortText={shortSilentProcessorText(health)}>
          {silentProcessorText(health, now)}
        </Notice>
      )}
      {health?.canary && canary !== undefined && (
        <Notice
          level={health.canary.grave ? 'high' : 'medium'}
          id="notice-canary"
          shortText={shortCanaryText(health.canary)}
        >
          {canary}
        </Notice>
      )}
      {health?.failing && (
        <Notice level="high" id="notice-failing" shortText={t('Watch the bedside monitors: a part of Vigil fails.')}>
          {t(
            'A part of Vigil’s program fails: something here may be old or missing. Compare with the bedside monitors, and tell the operator.',
          )}
        </Notice>
      )}
      {health?.damaged && (
        <Notice level="medium" id="notice-damaged" shortText={t('Check the bedside monitors: data may be missing.')}>
          {t(
            'A part of the message log cannot be read, found at {when}: some values or alarms may be missing here. Compare with the bedside monitors, and tell the operator.|{n} parts of the message log cannot be read, found at {when}: some values or alarms may be missing here. Compare with the bedside monitors, and tell the operator.',
            { n: health.damaged.batches, when: whenText(Date.parse(health.damaged.at), now) },
          )}
        </Notice>
      )}
      {health?.clock && (
        <Notice level="medium" id="notice-clock" shortText={t('Tell the operator: the server’s clock was set.')}>
          {t(
            'The server’s clock was set {part} by {age} at {when}. Vigil uses its own time: ages and alarms stay right. Tell the operator.',
            {
              part: health.clock.aheadMs < 0 ? t('back') : t('forward'),
              age: ageText(Math.abs(health.clock.aheadMs)),
              when: whenText(Date.parse(health.clock.at), now),
            },
          )}
        </Notice>
      )}
      {health?.certificate && certificate !== undefined && (
        <Notice level="medium" id="notice-certificate" shortText={shortCertificateText(health.certificate)}>
          {certificate}
        </Notice>
      )}
    </>
  );
}
