/** The notices about failures of Vigil itself, the most serious first. */
import { isFailing } from '../core/canary-words.ts';
import { waitingCoversText } from '../core/cover-words.ts';
import { deliveryDownText, deliveryNotices } from '../core/delivery-words.ts';
import { waitingText, wardThatWaits } from '../core/duty-words.ts';
import { loadText, shortLoadText, waveRateFraction } from '../core/load.ts';
import { formatRoute } from '../core/routes.ts';
import { t } from '../core/texts.ts';
import { clockText } from '../core/times.ts';
import { shortUnconfirmedText, unconfirmedText } from '../core/unconfirmed-words.ts';
import { useApp } from '../shell/app.ts';
import { HealthNotices } from './health-notices.tsx';
import { PauseFailureSound } from './lost-banner.tsx';
import { Notice } from './notice.tsx';
import { NoticeStrip } from './notice-strip.tsx';
import { PlacesNotice } from './places-notice.tsx';
import { SoundOffNotice, WardSoundNotices } from './sound-notices.tsx';
import { SoundTestNotices } from './sound-test.tsx';

/** The notice about the end of the session appears this long before the end. The time is enough to finish a task. */
const warnBeforeMs = 15 * 60_000;

export function Notices() {
  const app = useApp();
  const health = app.screen.value?.health;
  const failing = health !== undefined && isFailing(health);
  return (
    <NoticeStrip act={failing && <PauseFailureSound />}>
      <HealthNotices />
      <DeliveryNotices />
      {app.watches.value && app.speakerState.value !== 'on' && <SoundOffNotice />}
      <SessionEnds />
      <PlacesNotice />
      {health?.unseenAlarms !== undefined && (
        <Notice
          level="medium"
          id="notice-unseen"
          shortText={t('On no open screen: an alarm without a bed.|On no open screen: {n} alarms without a bed.', {
            n: health.unseenAlarms,
          })}
        >
          {t(
            'An alarm of a device without a bed is on no open screen. Biomedical engineering must look.|{n} alarms of a device without a bed are on no open screen. Biomedical engineering must look.',
            { n: health.unseenAlarms },
          )}
        </Notice>
      )}
      <UnconfirmedScreens />
      <WaitingCoversNotice />
      <WaitingDutiesNotice />
      <SoundTestNotices />
      <WardSoundNotices />
      <SlowScreen />
      <NewVersion />
      {app.watches.value && app.link.value === 'connecting' && app.screen.value === undefined && (
        <p class="notice notice--plain" role="status">
          {t('Connecting to the ward …')}
        </p>
      )}
    </NoticeStrip>
  );
}

/**
 * The notice that assignments wait for the person. The page of the board does not show the notice, because the board
 * shows these assignments.
 */
function WaitingDutiesNotice() {
  const app = useApp();
  const { value: wards } = app.waitingDuties.wards;
  const text = waitingText(wards);
  if (text === undefined || app.route.value.page === 'assignments') return null;
  return (
    <p class="notice notice--plain" role="status" data-testid="notice-duties">
      <a href={formatRoute({ page: 'assignments', ward: wardThatWaits(wards) })}>{text}</a>
    </p>
  );
}

/**
 * The notice that the person covers for somebody but has not confirmed this. The page of the board does not show the
 * notice, because the board asks for the confirmation.
 */
function WaitingCoversNotice() {
  const app = useApp();
  const covers = app.waitingDuties.covers.value;
  const text = waitingCoversText(covers, app.now.value);
  if (text === undefined || app.route.value.page === 'assignments') return null;
  return (
    <p class="notice notice--plain" role="status" data-testid="notice-cover">
      <a href={formatRoute({ page: 'assignments', ward: covers[0]?.ward })}>{text}</a>
    </p>
  );
}

/** The notices about screens that have not confirmed some of the alarms on this screen. */
function UnconfirmedScreens() {
  const app = useApp();
  const screen = app.screen.value;
  return (
    <>
      {screen?.unconfirmed.map((unconfirmed, at) => (
        <Notice
          key={`${unconfirmed.person} ${unconfirmed.since} ${at}`}
          level="medium"
          id="notice-unconfirmed"
          shortText={shortUnconfirmedText(unconfirmed)}
        >
          {unconfirmedText(unconfirmed, screen.beds, app.ward.value === '*', app.now.value)}
        </Notice>
      ))}
    </>
  );
}

/** The notices about alarms for which nobody comes, and about wards in which nobody is called. */
function DeliveryNotices() {
  const app = useApp();
  const screen = app.screen.value;
  if (!screen) return null;
  const down = screen.deliveryDown && deliveryDownText(screen.deliveryDown, app.now.value);
  const notices = deliveryNotices(app.delivery.views.value.values(), screen.alarms, app.ward.value === '*');
  return (
    <>
      {down && (
        <Notice level="high" id="notice-delivery" shortText={down.shortText}>
          {down.text}
        </Notice>
      )}
      {notices.map(({ id, isHigh, text, shortText }) => (
        <Notice key={id} level={isHigh ? 'high' : 'medium'} id={id} shortText={shortText}>
          {text}
        </Notice>
      ))}
    </>
  );
}

function SessionEnds() {
  const app = useApp();
  const endsAtMs = Date.parse(app.session.value?.endsAt ?? '');
  if (!app.watches.value || !(endsAtMs - app.now.value < warnBeforeMs)) return null;
  return (
    <Notice
      level="medium"
      id="notice-session"
      shortText={t('Log in again now: your session ends at {time}.', { time: clockText(endsAtMs) })}
    >
      {t('Your session ends at {time}: then this screen shows no alarms. Log out and log in now.', {
        time: clockText(endsAtMs),
      })}
    </Notice>
  );
}

/** The notice that the server has a newer page. */
function NewVersion() {
  const { state, loadNow } = useApp().newVersion;
  if (state.value === 'same') return null;
  return (
    <div class="notice notice--plain" role="status" data-testid="notice-version">
      <p>
        {state.value === 'newer'
          ? t('A new version of Vigil is ready.')
          : t('The new version of Vigil did not load. Tell the operator.')}
      </p>
      <button class="button button--notice" type="button" data-testid="load-version" onClick={loadNow}>
        {t('Load it')}
      </button>
    </div>
  );
}

/** The notice about what a slow screen does not draw. */
function SlowScreen() {
  const app = useApp();
  const text = loadText(app.load.value);
  if (app.wavesFailed.value && waveRateFraction(app.load.value) > 0)
    return (
      <Notice level="medium" id="notice-waves-failed" shortText={t('This screen cannot draw waves. Reload the page.')}>
        {t('This screen cannot draw waves any more. Numbers and alarms work. Reload the page, or use another browser.')}
      </Notice>
    );
  if (text === undefined || app.load.value === 'full') return null;
  return (
    <Notice level="medium" id="notice-slow" shortText={shortLoadText(app.load.value)}>
      {text}
    </Notice>
  );
}
