/** The full-screen banner. It appears while the server is lost, or if the account may not see the ward. */
import { ageText } from '../core/ages.ts';
import { t } from '../core/texts.ts';
import { clockText, countdownText } from '../core/times.ts';
import { type App, useApp } from '../shell/app.ts';

export function LostBanner() {
  const app = useApp();
  const link = app.link.value;
  if (link === 'forbidden')
    return (
      <div class="lost lost--forbidden" role="alert" data-testid="banner-forbidden">
        <div class="lost__box">
          <h2>{t('You may not see this ward')}</h2>
          <p class="lost__since">{t('Your account has no access to it. This screen shows no alarms now.')}</p>
          <button class="button" type="button" data-testid="own-wards" onClick={() => openOwnWards(app)}>
            {t('Back to my wards')}
          </button>
        </div>
      </div>
    );
  if (link !== 'lost') return null;
  const lastHeardMs = app.lastHeardMs.value;
  const now = app.now.value;
  return (
    <div class="lost" role="alert" data-testid="banner-lost">
      <div class="lost__box">
        <p class="lost__mark" aria-hidden="true">
          ***
        </p>
        <h2>{t('No connection to the Vigil server')}</h2>
        <p class="lost__advice">
          {t('This screen shows no new values and no new alarms. Watch the bedside monitors.')}
        </p>
        <p class="lost__since">
          {t('{part} Connecting again …', {
            part:
              lastHeardMs === undefined
                ? t('It has not answered yet.')
                : t('Last heard {time}, {age} ago.', { time: clockText(lastHeardMs), age: ageText(now - lastHeardMs) }),
          })}
          {app.linkProblem.value && ` ${app.linkProblem.value}`}
        </p>
        <PauseFailureSound />
      </div>
    </div>
  );
}

function openOwnWards(app: App) {
  const wards = app.session.value?.wards ?? [];
  const ward = wards.length === 1 ? wards[0]! : '*';
  app.setWard(ward);
  app.go({ page: 'ward', ward });
}

/** The button that pauses the sound of Vigil's own failure on this screen for two minutes. The banner stays. */
export function PauseFailureSound() {
  const app = useApp();
  const until = app.failurePausedUntilMs.value;
  const now = app.now.value;
  if (until > now)
    return (
      <p data-testid="failure-sound-paused">{t('Sound paused {duration}', { duration: countdownText(until, now) })}</p>
    );
  return (
    <button
      class="button button--notice"
      type="button"
      data-testid="pause-failure-sound"
      onClick={app.pauseFailureSound}
    >
      {t('Pause failure sound 2 min')}
    </button>
  );
}
