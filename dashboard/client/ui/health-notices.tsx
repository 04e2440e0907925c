/** The notices about the server's health. */
import { ageText } from '../core/ages.ts';
import { canaryText, shortCanaryText, shortSilentProcessorText, silentProcessorText } from '../core/canary-words.ts';
import { certificateText, shortCertificateText } from '../core/certificate-words.ts';
import { whenText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import { Notice } from './notice.tsx';

/** The most serious come first: no new values, or nothing judges them. */
export function HealthNotices() {
  const app = useApp();
  const health = app.screen.value?.health;
  const now = app.now.value;
  const canary = health && canaryText(health, now);
  const isOperator = app.session.value?.wards.includes('*') ?? false;
  const certificate = health && certificateText(health, isOperator, now);
  const since = (at: string | null) => (at === null ? '' : ` since ${whenText(Date.parse(at), now)}`);
  return (
    <>
      {health?.kafka === 'away' && (
        <Notice level="high" id="notice-kafka" shortText="Watch the bedside monitors: no new values or alarms.">
          The message log is down{since(health.kafkaAt)}: no new values, alarms or acknowledgements. Watch the bedside
          monitors.
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
      {health?.damaged && (
        <Notice level="medium" id="notice-damaged" shortText="Check the bedside monitors: data may be missing.">
          {health.damaged.batches === 1 ? 'A part' : `${health.damaged.batches} parts`} of the message log cannot be
          read, found at {whenText(Date.parse(health.damaged.at), now)}: some values or alarms may be missing here.
          Compare with the bedside monitors, and tell the operator.
        </Notice>
      )}
      {health?.clock && (
        <Notice level="medium" id="notice-clock" shortText="Tell the operator: the server’s clock was set.">
          The server’s clock was set {health.clock.aheadMs < 0 ? 'back' : 'forward'} by{' '}
          {ageText(Math.abs(health.clock.aheadMs))} at {whenText(Date.parse(health.clock.at), now)}. Vigil uses its own
          time: ages and alarms stay right. Tell the operator.
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
